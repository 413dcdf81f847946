import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaptureError } from '../base/errors.ts'
import { roundHalfEven } from './rounding.ts'
import { frameCount, sampleFrames, sampleTimes } from './sampling.ts'
import { goldens } from './testing/goldens.ts'

describe('roundHalfEven', () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [2.4, 2],
    [2.6, 3],
    [12.499999999, 12],
  ])('%f -> %i', (value, rounded) => {
    expect(roundHalfEven(value) + 0).toBe(rounded)
  })
})

describe('sampleFrames', () => {
  it.each(goldens.sampling)('agrees with torch for $total frames at $fps per second', ({ total, fps, indices }) => {
    expect(sampleFrames(total, fps)).toEqual(indices)
  })

  it('takes 16 frames of any clip of 8 s or more', () => {
    for (const seconds of [8, 9.5, 60, 3600]) expect(frameCount(Math.round(seconds * 30), 30)).toBe(16)
  })

  it('repeats the only frame of a picture, as often as the model saw frames at least in training', () => {
    expect(sampleFrames(1, 30)).toEqual([0, 0, 0, 0])
    expect(sampleFrames(1, 1, { minFrames: 2, maxFrames: 8 })).toEqual([0, 0])
    expect(sampleFrames(1, 1, { minFrames: 3, maxFrames: 8 })).toEqual([0, 0, 0, 0])
    expect(sampleFrames(1, 1, { minFrames: 4, maxFrames: 2 })).toEqual([0, 0])
  })

  it('gives an even number of ascending indices within the clip', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 200_000 }),
        fc.double({ min: 0.1, max: 240, noNaN: true }),
        (total, fps) => {
          const indices = sampleFrames(total, fps)
          expect(indices.length % 2).toBe(0)
          expect(indices.length).toBeLessThanOrEqual(16)
          expect(indices[0]).toBe(0)
          expect(indices.at(-1)).toBe(total - 1)
          for (let i = 1; i < indices.length; i++) expect(indices[i]).toBeGreaterThan(indices[i - 1])
        },
      ),
    )
  })

  it('obeys other limits', () => {
    expect(frameCount(900, 30, { fps: 1, maxFrames: 9 })).toBe(8)
    expect(frameCount(30, 30, { minFrames: 7 })).toBe(8)
  })

  it('refuses clips without frames or frame rate', () => {
    expect(() => sampleFrames(0, 30)).toThrow(CaptureError)
    expect(() => sampleFrames(10, 0)).toThrow(CaptureError)
    expect(() => sampleFrames(10, Number.NaN)).toThrow(CaptureError)
    expect(() => sampleTimes(0, 30)).toThrow(CaptureError)
  })
})

describe('sampleTimes', () => {
  it('gives seconds from the start', () => {
    const frames = sampleTimes(10, 30)
    expect(frames.map(({ index }) => index)).toEqual(sampleFrames(300, 30))
    expect(frames.at(-1)?.timeS).toBeCloseTo(299 / 30)
  })
})
