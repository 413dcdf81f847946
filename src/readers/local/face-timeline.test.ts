import { describe, expect, it } from 'vitest'
import type { FacesMessage } from '../../reading/faces-request.ts'
import { FaceTimeline } from './face-timeline.ts'
import { measuredFace, messagesOf, momentOf } from './testing/measured-faces.ts'

const picture = { width: 640, height: 360 }
const boxAt = (x: number) => ({ x, y: 100, width: 40, height: 50 })
const { signal } = new AbortController()

/** One face that moves right by 100 px a second, at these times; nobody at the others. */
function walking(timesS: readonly number[], emptyS: readonly number[] = []) {
  const all = [...timesS, ...emptyS].sort((a, b) => a - b)
  return all.map((timeS) => {
    const faces = timesS.includes(timeS) ? { 'face-1': measuredFace(timeS, boxAt(100 * timeS), { AU12: timeS }) } : {}
    return momentOf(timeS, picture, faces)
  })
}

async function timelineOf(moments: ReturnType<typeof walking>) {
  const timeline = new FaceTimeline({ type: 'messages', messages: messagesOf(moments) })
  await timeline.until(Number.MAX_VALUE, signal)
  return timeline
}

describe('FaceTimeline', () => {
  it('gives a face between two measures what lies between them', async () => {
    const timeline = await timelineOf(walking([0, 0.2, 0.4]))
    const seen = timeline.at('face-1', 0.3)?.measured
    expect(seen?.box.x).toBeCloseTo(30)
    expect(seen?.units.AU12).toBeCloseTo(0.3)
    expect(seen?.timeS).toBe(0.3)
  })

  it('bridges a second without the face, and no more', async () => {
    const short = await timelineOf(walking([0, 1], [0.3, 0.6]))
    expect(short.at('face-1', 0.5)?.measured.box.x).toBeCloseTo(50)
    const long = await timelineOf(walking([0, 2], [0.5, 1, 1.5]))
    expect(long.at('face-1', 1)).toBeUndefined()
    expect(long.at('face-1', 0.2)?.measured.box.x).toBe(0)
    expect(long.presentAt(1)).toEqual([])
    expect(long.presentAt(2).map(({ track }) => track)).toEqual(['face-1'])
  })

  it('takes a face for there as long as no moment is without it, however seldom it is measured', async () => {
    const seldom = await timelineOf(walking([0, 3, 6]))
    expect(seldom.at('face-1', 1.5)?.measured.box.x).toBeCloseTo(150)
    expect(seldom.at('face-1', 7.5)?.measured.timeS).toBe(6)
    expect(seldom.at('face-1', 8.5)).toBeUndefined()
    const gone = await timelineOf(walking([0, 3], [1.5, 3.1]))
    expect(gone.at('face-1', 1)).toBeUndefined()
    expect(gone.at('face-1', 3.2)).toBeDefined()
    expect(gone.at('face-1', 3.5)).toBeUndefined()
  })

  it('waits until the feed has come so far, or has ended, or nobody waits any more', async () => {
    const { port1, port2 } = new MessageChannel()
    const timeline = new FaceTimeline({ type: 'port', port: port2 })
    const post = (message: FacesMessage) => port1.postMessage(message)
    const order: string[] = []
    const waited = timeline.until(0.5, signal).then(() => order.push('until'))
    const [early, late] = walking([0.1, 0.6])
    post({ type: 'moment', moment: early })
    await new Promise((resolve) => setTimeout(resolve, 10))
    order.push('early')
    post({ type: 'moment', moment: late })
    await waited
    expect(order).toEqual(['early', 'until'])
    const aborted = new AbortController()
    const stopped = timeline.until(9, aborted.signal)
    aborted.abort(new Error('stopped'))
    await expect(stopped).rejects.toThrow('stopped')
    const ended = timeline.until(9, signal)
    post({ type: 'end' })
    await ended
    timeline.close()
    port1.close()
  })

  it('ends where whoever feeds it fails, and keeps what it has', async () => {
    async function* failing(): AsyncGenerator<FacesMessage> {
      yield* walking([0]).map((moment) => ({ type: 'moment', moment }) as const)
      throw new Error('no more')
    }
    const timeline = new FaceTimeline({ type: 'messages', messages: failing() })
    await timeline.until(5, signal)
    expect(timeline.isEnded).toBe(true)
    expect(timeline.at('face-1', 0)).toBeDefined()
  })

  it('forgets what nobody needs any more', async () => {
    const timeline = await timelineOf(walking([0, 0.2, 0.4, 0.6]))
    timeline.forget(0.3)
    expect(timeline.measuredIn('face-1', 0, 9).map(({ measured }) => measured.timeS)).toEqual([0.4, 0.6])
    timeline.forget(9)
    expect(timeline.hasFaces).toBe(false)
  })
})
