import { describe, expect, it } from 'vitest'
import { fakeSession } from '../../testing/fake-session.ts'
import { recorded } from '../../testing/recorded.ts'
import { createView, type Page } from '../../view.ts'
import { followPlayer, reviewWhilePlaying, seekTo } from './playing.ts'

const recording = [recorded(0, 7.5), recorded(8, 15.5, { update: 1 })]
const running = { run: { state: 'running' }, recording, opened: 1 } as const
const over = { ...running, run: { state: 'over', reason: 'ended' } } as const

describe('while a file plays', () => {
  it('the newest stays on show as long as it is read and nobody chose a place', () => {
    expect(reviewWhilePlaying(undefined, running, 3)).toBeUndefined()
  })

  it('the playhead decides once the reading is over, and no more when it is read again', () => {
    const byItself = { kind: 'playhead', timeS: 3, isByItself: true } as const
    expect(reviewWhilePlaying(undefined, over, 3)).toEqual(byItself)
    expect(reviewWhilePlaying(byItself, over, 4)).toEqual({ ...byItself, timeS: 4 })
    expect(reviewWhilePlaying(byItself, running, 4)).toBeUndefined()
  })

  it('nothing is reviewed of a source of which nothing was read', () => {
    expect(reviewWhilePlaying(undefined, { ...over, opened: 2 }, 3)).toBeUndefined()
  })

  it('a place that a person chose moves on with the video, and a reading that was chosen stays', () => {
    expect(reviewWhilePlaying({ kind: 'playhead', timeS: 3 }, running, 4)).toEqual({ kind: 'playhead', timeS: 4 })
    const reading = { kind: 'reading', update: 0 } as const
    expect(reviewWhilePlaying(reading, over, 4)).toBe(reading)
  })
})

describe('seeking', () => {
  const pageOf = (player: { currentTime: number; duration: number }) => {
    const session = fakeSession({
      ...over,
      source: { kind: 'file', name: 'clip.webm', url: '', file: new Blob(), isSample: false },
    })
    const view = createView({ player: player as unknown as HTMLVideoElement })
    return { page: { session, view } as unknown as Page, session, view }
  }

  it('moves the video and the review, and asks nothing of the session', () => {
    const player = { currentTime: 0, duration: 16 }
    const { page, session, view } = pageOf(player)
    for (const timeS of [9, 2, 15, 0.5]) {
      seekTo(page, timeS)
      followPlayer(page, player.currentTime)
      expect(player.currentTime).toBe(timeS)
      expect(view.get().review).toEqual({ kind: 'playhead', timeS })
    }
    expect(session.calls).toEqual([])
  })

  it('stops short of the end, from where the video would begin again', () => {
    const player = { currentTime: 0, duration: 16 }
    seekTo(pageOf(player).page, 16)
    expect(player.currentTime).toBeLessThan(16)
    expect(player.currentTime).toBeGreaterThan(15.9)
  })
})
