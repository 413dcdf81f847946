import { describe, expect, it } from 'vitest'
import { faceEvent, measuredFace } from './measures.fixture.ts'
import type { TrackedFace } from './measures.ts'
import { TrackSummaries } from './track-summary.ts'

describe('TrackSummaries', () => {
  const moment = (timeS: number, ...faces: readonly TrackedFace[]) => ({ timeS, width: 640, height: 480, faces })
  const smiling = (timeS: number, AU12: number): TrackedFace => ({
    track: 'face-1',
    measured: measuredFace(timeS, { units: { AU12 } }),
  })

  it('is empty where nobody was seen', () => {
    const summaries = new TrackSummaries()
    summaries.push(moment(0))
    expect(summaries.summaries()).toEqual([])
  })

  it('gives means, peaks with their times, and the share of time present', () => {
    const summaries = new TrackSummaries()
    const other: TrackedFace = {
      track: 'face-2',
      measured: measuredFace(3, { flaws: ['small'], head: { yaw: 20, pitch: 0, roll: 0 } }),
    }
    summaries.push(moment(0))
    summaries.push(moment(1, smiling(1, 0.2)))
    summaries.push(moment(2, smiling(2, 0.9)))
    summaries.push(moment(3, other, smiling(3, 0.4)))
    const [first, second, ...none] = summaries.summaries()
    expect(none).toEqual([])
    expect(first).toMatchObject({
      track: 'face-1',
      firstS: 1,
      lastS: 3,
      frames: 3,
      present: 0.75,
      heightPx: 160,
      flaws: {},
    })
    expect(first?.units.AU12).toEqual({ mean: expect.closeTo(0.5, 10), peak: 0.9, peakS: 2 })
    expect(second).toMatchObject({ track: 'face-2', frames: 1, present: 0.25, head: { yaw: 20 }, flaws: { small: 1 } })
  })

  it('holds each face’s events in order, and counts them', () => {
    const summaries = new TrackSummaries()
    summaries.push(moment(1, smiling(1, 0.2)))
    summaries.pushEvents([faceEvent('smile', 4, 5), faceEvent('blink', 2, 2.1), faceEvent('blink', 6, 6.1)])
    const [first] = summaries.summaries()
    expect(first?.events.map(({ startS }) => startS)).toEqual([2, 4, 6])
    expect(first?.counts).toMatchObject({ smile: 1, blink: 2, nod: 0 })
  })
})
