import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleTimes } from '../qwen25vl/sampling.ts'
import { countWindows, fileWindows, planWindows } from './windows.ts'

const settings = { framesPerSecond: 2, windowFrames: 16, hopFrames: 8 }
const clip = (durationS: number, framesPerSecond = 25, startS = 0) => ({ startS, durationS, framesPerSecond })
/** All of a plan's windows; of a short plan. */
const windowsOf = (pairs: number) => [...fileWindows(pairs, settings)]

describe('planWindows', () => {
  it('leaves a short clip to the recipe', () => {
    for (const durationS of [0.04, 1, 2.2, 7.96, 8]) {
      const plan = planWindows(clip(durationS), settings, sampleTimes)
      const indices = sampleTimes(durationS, 25).map(({ index }) => index)
      expect(plan).toEqual({ type: 'indices', indices, pairs: indices.length / 2 })
      expect(windowsOf(plan.pairs)).toEqual([{ firstPair: 0, endPair: indices.length / 2 }])
    }
  })

  it('gives the one frame of a picture as often as the recipe asks for at least', () => {
    expect(planWindows(clip(1, 1), settings, sampleTimes)).toMatchObject({ type: 'indices', indices: [0, 0, 0, 0] })
  })

  it('counts the indices of a short rest from the start of the file', () => {
    const plan = planWindows(clip(20), { ...settings, fromS: 16 }, sampleTimes)
    expect(plan.type === 'indices' && [plan.indices[0], plan.indices.at(-1)]).toEqual([400, 499])
  })

  it('takes the last frame when it is to begin beyond the end', () => {
    const plan = planWindows(clip(20), { ...settings, fromS: 99 }, sampleTimes)
    expect(plan).toMatchObject({ type: 'indices', indices: [499, 499, 499, 499] })
  })

  it('reads a long clip at an even rate, in windows that hop', () => {
    const plan = planWindows(clip(15.3), settings, sampleTimes)
    expect(plan.type === 'times' && [...plan.timesS]).toEqual(Array.from({ length: 30 }, (_, i) => 0.25 + i / 2))
    expect(windowsOf(plan.pairs)).toEqual([
      { firstPair: 0, endPair: 8 },
      { firstPair: 4, endPair: 12 },
      { firstPair: 7, endPair: 15 },
    ])
  })

  it('counts frames in floats without losing one', () => {
    // (8.2 - 0.2) * 10 is 79.99999999999999.
    const rate = { framesPerSecond: 10, windowFrames: 4, hopFrames: 2, fromS: 0.2 }
    const plan = planWindows(clip(8.2), rate, sampleTimes)
    expect(plan.type === 'times' && [...plan.timesS]).toHaveLength(80)
  })

  it('begins with the first picture, where that comes after 0', () => {
    const plan = planWindows(clip(20, 25, 1), settings, sampleTimes)
    expect(plan.type === 'times' && [...plan.timesS].slice(0, 2)).toEqual([1.25, 1.75])
    const rest = planWindows(clip(20, 25, 1), { ...settings, fromS: 16 }, sampleTimes)
    expect(rest.type === 'indices' && rest.indices[0]).toBe(375)
  })

  it('plans a file that claims thousands of years as it goes', () => {
    const plan = planWindows(clip(1e12, 1e-12), settings, sampleTimes)
    expect(plan.pairs).toBe(1e12)
    expect(countWindows(plan.pairs, settings)).toBe(1 + (1e12 - 8) / 4)
    const { value } = fileWindows(plan.pairs, settings).next()
    expect(value).toEqual({ firstPair: 0, endPair: 8 })
    if (plan.type !== 'times') throw new Error('planned as a short clip')
    const times = plan.timesS[Symbol.iterator]()
    expect([times.next().value, times.next().value]).toEqual([0.25, 0.75])
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
      startS: fc.constantFrom(0, 1, 10),
    })
    fc.assert(
      fc.property(inputs, ({ durationS, sourceFps, framesPerSecond, windowPairs, hopShare, fromShare, startS }) => {
        const windowFrames = 2 * windowPairs
        const hopPairs = Math.max(1, Math.round(hopShare * windowPairs))
        const fromS = Math.min(fromShare, 1) * durationS
        const plan = planWindows(
          { startS, durationS, framesPerSecond: sourceFps },
          { framesPerSecond, windowFrames, hopFrames: 2 * hopPairs, fromS: startS + fromShare * durationS },
          (duration, fps) =>
            sampleTimes(duration, fps, { fps: framesPerSecond, maxFrames: windowFrames, minFrames: 2 }),
        )
        const frames = plan.type === 'times' ? [...plan.timesS] : plan.indices
        expect(frames.length).toBeGreaterThanOrEqual(2)
        expect(frames.length % 2).toBe(0)
        expect([...frames].sort((a, b) => a - b)).toEqual(frames)
        const totalFrames = Math.max(1, Math.round(durationS * sourceFps))
        if (plan.type === 'times') {
          expect(frames[0]).toBeGreaterThan(startS + fromS)
          // Every interval lies in the file, within half a frame of it; less than two are left out.
          const endS = (frames.at(-1) ?? 0) + 0.5 / framesPerSecond
          expect(endS).toBeLessThanOrEqual(startS + durationS + 1 / sourceFps + 1e-5)
          expect(endS).toBeGreaterThan(startS + durationS - 2 / framesPerSecond - 1e-5)
        } else {
          for (const index of frames) expect(index >= 0 && index < totalFrames && Number.isInteger(index)).toBe(true)
          expect(frames[0]).toBe(Math.min(totalFrames - 1, Math.floor(fromS * sourceFps + 1e-6)))
        }
        const pairs = frames.length / 2
        expect(plan.pairs).toBe(pairs)
        const sizes = { windowFrames, hopFrames: 2 * hopPairs }
        const windows = [...fileWindows(pairs, sizes)]
        expect(windows).toHaveLength(countWindows(pairs, sizes))
        if (plan.type === 'indices') expect(windows).toHaveLength(1)
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
