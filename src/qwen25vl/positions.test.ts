import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EngineError } from '../base/errors.ts'
import { parseConfig } from './config-schema.ts'
import { type Grid, videoTokens } from './grid.ts'
import { sequencePositions, sequenceStart, textPositions, textRotary, videoPositions } from './positions.ts'
import { publishedConfig } from './testing/configs.ts'
import { goldens } from './testing/goldens.ts'

const { text, vision } = parseConfig({ config: publishedConfig })
const pad = 9

/** The three axes of positions [3, S]. */
function axes(positions: Int32Array): number[][] {
  const count = positions.length / 3
  return [0, 1, 2].map((axis) => Array.from(positions.subarray(axis * count, (axis + 1) * count)))
}

const smallGrid = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }))
  .map(([t, h, w]): Grid => ({ t, h: 2 * h, w: 2 * w }))

describe('sequencePositions', () => {
  it('counts t by two, rows and columns from the same start, and resumes at the maximum + 1', () => {
    const grid = { t: 2, h: 4, w: 6 }
    const ids = [1, ...Array.from({ length: 12 }, () => pad), 2, 3]
    const { positions, cursor } = sequencePositions({ ids, videoPad: pad, grids: [grid] }, vision)
    const [t, h, w] = axes(positions)
    expect(t).toEqual([0, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, 3, 3, 4, 5])
    expect(h).toEqual([0, 1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2, 4, 5])
    expect(w).toEqual([0, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 4, 5])
    expect(cursor).toEqual({ nextPosition: 6 })
  })

  it('resumes after time, not space, when the video is long (unlike transformers 5)', () => {
    const grid = { t: 8, h: 4, w: 4 }
    const ids = [...Array.from({ length: videoTokens(grid, vision) }, () => pad), 1]
    expect(sequencePositions({ ids, videoPad: pad, grids: [grid] }, vision).positions.at(-1)).toBe(15)
  })

  it('places any mix of text and videos', () => {
    const part = fc.oneof(fc.integer({ min: 1, max: 5 }), smallGrid)
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const grids = parts.filter((p) => typeof p !== 'number')
        const ids = parts.flatMap((p) =>
          typeof p === 'number' ? new Array<number>(p).fill(1) : new Array<number>(videoTokens(p, vision)).fill(pad),
        )
        const { positions, cursor } = sequencePositions({ ids, videoPad: pad, grids }, vision)
        expect(positions.length).toBe(3 * ids.length)
        const [t, h, w] = axes(positions)
        let at = 0
        let next = 0
        for (const p of parts) {
          const count = typeof p === 'number' ? p : videoTokens(p, vision)
          const own = [t, h, w].map((axis) => axis.slice(at, at + count))
          expect(Math.min(...own.flat())).toBe(next)
          for (let i = 1; i < count; i++) expect(own[0][i]).toBeGreaterThanOrEqual(own[0][i - 1])
          if (typeof p === 'number') expect(own[0]).toEqual(own[1])
          next = Math.max(...own.flat()) + 1
          at += count
        }
        expect(cursor.nextPosition).toBe(next)
      }),
    )
  })

  it('is the same pair by pair', () => {
    fc.assert(
      fc.property(smallGrid, fc.integer({ min: 0, max: 9 }), (grid, before) => {
        const start = textPositions(sequenceStart, before).cursor
        const whole = videoPositions(start, grid, vision)
        let cursor = start
        const t: number[] = []
        for (let i = 0; i < grid.t; i++) {
          const step = videoPositions(cursor, { ...grid, t: 1 }, vision)
          t.push(...axes(step.positions)[0])
          cursor = step.cursor
        }
        expect(t).toEqual(axes(whole.positions)[0])
        expect(cursor).toEqual(whole.cursor)
      }),
    )
  })

  it('keeps an old cursor for rolling back', () => {
    const video = videoPositions(sequenceStart, { t: 1, h: 2, w: 2 }, vision).cursor
    const branch = textPositions(video, 5).cursor
    expect(branch).toEqual({ nextPosition: 6 })
    expect(videoPositions(video, { t: 1, h: 2, w: 2 }, vision).positions).toEqual(Int32Array.of(2, 0, 0))
  })

  it('spaces temporal patches by seconds, truncated', () => {
    const { positions } = videoPositions(sequenceStart, { t: 4, h: 2, w: 2 }, vision, { secondPerGrid: 0.7 })
    expect(axes(positions)[0]).toEqual([0, 1, 2, 4])
  })

  it('refuses pads that do not match the grids', () => {
    const grid = { t: 1, h: 2, w: 4 }
    for (const [ids, grids] of [
      [[pad], [grid]],
      [[pad, 1], [grid]],
      [[pad, pad], []],
      [[1, 1], [grid]],
      [[pad, pad, pad], [grid]],
    ] satisfies [number[], Grid[]][]) {
      expect(() => sequencePositions({ ids, videoPad: pad, grids }, vision)).toThrow(EngineError)
    }
  })
})

describe('textRotary', () => {
  it('agrees with transformers, each section on its own axis', () => {
    const small = { ...text, hiddenSize: 64, heads: 2, headDim: 32, mropeSection: [4, 6, 6] as const }
    const { cos, sin } = textRotary(Int32Array.from(goldens.textRotary.positions.flat()), small)
    expect(cos.length).toBe(goldens.textRotary.cos.length)
    cos.forEach((value, i) => {
      expect(value).toBeCloseTo(goldens.textRotary.cos[i], 5)
    })
    sin.forEach((value, i) => {
      expect(value).toBeCloseTo(goldens.textRotary.sin[i], 5)
    })
  })

  it('is plain rotary for text, where the axes agree', () => {
    const { positions } = textPositions({ nextPosition: 5 }, 1)
    const { cos } = textRotary(positions, text)
    expect(cos.length).toBe(64)
    expect(cos[0]).toBeCloseTo(Math.cos(5), 6)
    expect(cos[63]).toBeCloseTo(Math.cos(5 / 1e6 ** (126 / 128)), 6)
  })
})
