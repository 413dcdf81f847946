import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ribbonPath } from './ribbon-path.ts'

const box = { width: 600, height: 20, spanS: 60 }

describe('ribbonPath', () => {
  it('ends at the right edge, and shows 1 at the top', () => {
    const points = [
      { timeS: 70, value: 0 },
      { timeS: 85, value: 1 },
      { timeS: 100, value: 0.5 },
    ]
    expect(ribbonPath(points, 100, box)).toEqual({
      line: 'M300 20L450 0L600 10',
      area: 'M300 20L450 0L600 10L600 20L300 20Z',
    })
  })

  it('cuts what is older where the line crosses the edge', () => {
    const points = [
      { timeS: 30, value: 0 },
      { timeS: 50, value: 1 },
      { timeS: 100, value: 1 },
    ]
    expect(ribbonPath(points, 100, box).line).toBe('M0 10L100 0L600 0')
  })

  it('is empty for a single point, and for what is all too old', () => {
    expect(ribbonPath([{ timeS: 9, value: 1 }], 9, box)).toEqual({ line: '', area: '' })
    expect(ribbonPath([{ timeS: 9, value: 1 }], 100, box)).toEqual({ line: '', area: '' })
    expect(ribbonPath([], 0, box)).toEqual({ line: '', area: '' })
  })

  it('stays within its box', () => {
    const points = fc
      .array(
        fc.record({
          timeS: fc.double({ min: 0, max: 300, noNaN: true }),
          value: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
      )
      .map((drawn) => drawn.toSorted((a, b) => a.timeS - b.timeS))
    fc.assert(
      fc.property(points, (drawn) => {
        const { area } = ribbonPath(drawn, drawn.at(-1)?.timeS ?? 0, box)
        for (const [, x, y] of area.matchAll(/(-?[\d.e-]+) (-?[\d.e-]+)/g)) {
          expect(Number(x)).toBeGreaterThanOrEqual(0)
          expect(Number(x)).toBeLessThanOrEqual(box.width)
          expect(Number(y)).toBeGreaterThanOrEqual(0)
          expect(Number(y)).toBeLessThanOrEqual(box.height)
        }
      }),
    )
  })
})
