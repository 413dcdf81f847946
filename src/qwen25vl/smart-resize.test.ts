import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CaptureError } from '../base/errors.ts'
import { smartResize } from './smart-resize.ts'

const budget = { factor: 28, minPixels: 100352, maxPixels: 105369 }

describe('smartResize', () => {
  it.each([
    [480, 640, 280, 364],
    [720, 1280, 224, 420],
    [512, 512, 308, 308],
    [400, 960, 196, 476],
    [190, 150, 364, 308],
  ])('%i x %i -> %i x %i', (height, width, h, w) => {
    expect(smartResize(height, width, budget)).toEqual({ height: h, width: w })
  })

  it('rounds half to even', () => {
    // 14 / 28 = 0.5 -> 0, then at least one cell; 42 / 28 = 1.5 -> 2; 70 / 28 = 2.5 -> 2
    expect(smartResize(42, 70, { factor: 28, minPixels: 1, maxPixels: 1e6 })).toEqual({ height: 56, width: 56 })
    expect(smartResize(14, 28, { factor: 28, minPixels: 1, maxPixels: 1e6 })).toEqual({ height: 28, width: 28 })
  })

  it('gives multiples of the factor within the budget', () => {
    const side = fc.integer({ min: 1, max: 5000 })
    const limit = fc.integer({ min: 28 * 28, max: 2_000_000 })
    fc.assert(
      fc.property(side, side, limit, limit, (height, width, a, b) => {
        fc.pre(Math.max(height, width) / Math.min(height, width) <= 200)
        const [minPixels, maxPixels] = [Math.min(a, b), Math.max(a, b)]
        const size = smartResize(height, width, { factor: 28, minPixels, maxPixels })
        for (const s of [size.height, size.width]) {
          expect(s % 28).toBe(0)
          expect(s).toBeGreaterThanOrEqual(28)
        }
        const area = size.height * size.width
        const nearest = (s: number) => Math.max(28, Math.round(s / 28) * 28)
        const slack = 28 * (size.height + size.width)
        // Shrinking stays below the maximum, enlarging reaches the minimum; either may miss the other by a cell a side.
        if (Math.min(size.height, size.width) > 28) expect(area).toBeLessThanOrEqual(maxPixels + slack)
        if (nearest(height) * nearest(width) < minPixels - slack) expect(area).toBeGreaterThanOrEqual(minPixels)
        if (height * width > maxPixels * 1.5 && Math.min(size.height, size.width) > 28) {
          expect(area).toBeLessThanOrEqual(maxPixels)
        }
      }),
    )
  })

  it('refuses slivers and empty frames', () => {
    expect(() => smartResize(10, 2001, budget)).toThrow(expect.objectContaining({ code: 'extreme-aspect-ratio' }))
    expect(() => smartResize(0, 100, budget)).toThrow(CaptureError)
    expect(() => smartResize(100, Number.NaN, budget)).toThrow(CaptureError)
  })
})
