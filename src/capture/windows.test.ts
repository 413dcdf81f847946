import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleTimes } from '../qwen25vl/sampling.ts'
import { planWindows } from './windows.ts'

const settings = { framesPerSecond: 2, windowFrames: 16, hopFrames: 8 }
const clip = (durationS: number, framesPerSecond = 25) => ({ durationS, framesPerSecond })

describe('planWindows', () => {
  it('leaves a short clip to the recipe', () => {
    for (const durationS of [0.04, 1, 2.2, 7.96, 8]) {
      const plan = planWindows(clip(durationS), settings, sampleTimes)
      const indices = sampleTimes(durationS, 25).map(({ index }) => index)
      expect(plan).toEqual({ type: 'indices', indices, windows: [{ firstPair: 0, endPair: indices.length / 2 }] })
    }
  })

  it('gives the one frame of a one-frame clip twice', () => {
    expect(planWindows(clip(1, 1), settings, sampleTimes)).toMatchObject({ type: 'indices', indices: [0, 0] })
  })

  it('counts the indices of a short rest from the start of the file', () => {
    const plan = planWindows(clip(20), { ...settings, fromS: 16 }, sampleTimes)
    expect(plan.type === 'indices' && [plan.indices[0], plan.indices.at(-1)]).toEqual([400, 499])
  })

  it('takes the last frame when it is to begin beyond the end', () => {
    const plan = planWindows(clip(20), { ...settings, fromS: 99 }, sampleTimes)
    expect(plan).toMatchObject({ type: 'indices', indices: [499, 499] })
  })

  it('reads a long clip at an even rate, in windows that hop', () => {
    const plan = planWindows(clip(15.3), settings, sampleTimes)
    expect(plan.type === 'times' && plan.timesS).toEqual(Array.from({ length: 30 }, (_, i) => 0.25 + i / 2))
    expect(plan.windows).toEqual([
      { firstPair: 0, endPair: 8 },
      { firstPair: 4, endPair: 12 },
      { firstPair: 7, endPair: 15 },
    ])
  })

  it('counts frames in floats without losing one', () => {
    // (8.2 - 0.2) * 10 is 79.99999999999999.
    const rate = { framesPerSecond: 10, windowFrames: 4, hopFrames: 2, fromS: 0.2 }
    const plan = planWindows(clip(8.2), rate, sampleTimes)
    expect(plan.type === 'times' && plan.timesS.length).toBe(80)
  })

  it('refuses settings that make no windows', () => {
    const wrong = [
      { framesPerSecond: 0 },
      { framesPerSecond: Number.POSITIVE_INFINITY },
      { windowFrames: 15 },
      { windowFrames: 0 },
      { hopFrames: 3 },
      { hopFrames: 0 },
      { hopFrames: 18 },
      { fromS: Number.NaN },
    ]
    for (const part of wrong) {
      expect(() => planWindows(clip(20), { ...settings, ...part }, sampleTimes)).toThrow(
        expect.objectContaining({ code: 'bad-window', name: 'CaptureError' }),
      )
    }
  })

  it('covers every pair, in windows of the right size and step', () => {
    const inputs = fc.record({
      durationS: fc.double({ min: 0.01, max: 400, noNaN: true }),
      sourceFps: fc.double({ min: 0.5, max: 60, noNaN: true }),
      framesPerSecond: fc.double({ min: 0.2, max: 8, noNaN: true }),
      windowPairs: fc.integer({ min: 1, max: 12 }),
      hopShare: fc.double({ min: 0, max: 1, noNaN: true }),
      fromShare: fc.double({ min: 0, max: 1.1, noNaN: true }),
    })
    fc.assert(
      fc.property(inputs, ({ durationS, sourceFps, framesPerSecond, windowPairs, hopShare, fromShare }) => {
        const windowFrames = 2 * windowPairs
        const hopPairs = Math.max(1, Math.round(hopShare * windowPairs))
        const fromS = Math.min(fromShare, 1) * durationS
        const plan = planWindows(
          { durationS, framesPerSecond: sourceFps },
          { framesPerSecond, windowFrames, hopFrames: 2 * hopPairs, fromS: fromShare * durationS },
          (duration, fps) =>
            sampleTimes(duration, fps, { fps: framesPerSecond, maxFrames: windowFrames, minFrames: 2 }),
        )
        const frames = plan.type === 'times' ? plan.timesS : plan.indices
        expect(frames.length).toBeGreaterThanOrEqual(2)
        expect(frames.length % 2).toBe(0)
        expect([...frames].sort((a, b) => a - b)).toEqual(frames)
        const totalFrames = Math.max(1, Math.round(durationS * sourceFps))
        if (plan.type === 'times') {
          expect(frames[0]).toBeGreaterThan(fromS)
          // Every interval lies in the file, within half a frame of it; less than two are left out.
          const endS = (frames.at(-1) ?? 0) + 0.5 / framesPerSecond
          expect(endS).toBeLessThanOrEqual(durationS + 1 / sourceFps + 1e-5)
          expect(endS).toBeGreaterThan(durationS - 2 / framesPerSecond - 1e-5)
        } else {
          for (const index of frames) expect(index >= 0 && index < totalFrames && Number.isInteger(index)).toBe(true)
          expect(frames[0]).toBe(Math.min(totalFrames - 1, Math.floor(fromS * sourceFps + 1e-6)))
          expect(plan.windows).toHaveLength(1)
        }
        const pairs = frames.length / 2
        const { windows } = plan
        expect(windows[0].firstPair).toBe(0)
        expect(windows.at(-1)?.endPair).toBe(pairs)
        for (const [i, { firstPair, endPair }] of windows.entries()) {
          if (plan.type === 'times') expect(endPair - firstPair).toBe(windowPairs)
          else expect(endPair - firstPair).toBeLessThanOrEqual(windowPairs)
          if (i === 0) continue
          const before = windows[i - 1]
          const step = endPair - before.endPair
          expect(firstPair).toBeLessThanOrEqual(before.endPair)
          expect(i < windows.length - 1 ? step === hopPairs : step > 0 && step <= hopPairs).toBe(true)
        }
      }),
      { numRuns: 500 },
    )
  })
})
