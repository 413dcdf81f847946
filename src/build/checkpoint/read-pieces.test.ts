import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildBundle, planBundle } from '../build.ts'
import { MemorySink } from '../output/sink.fixture.ts'
import { ReadAheadFiles } from './read-ahead.ts'
import { planPieces } from './read-pieces.ts'
import type { SourceRange } from './source.ts'
import { SyntheticFiles, type SyntheticModel } from './synthetic.ts'

const limits = { pieceBytes: 100, reachBytes: 1000 }
const range = (begin: number, end: number, file = 'a'): SourceRange => ({ file, begin, end })
const bounds = (ranges: readonly SourceRange[], of = limits) =>
  planPieces(ranges, of).map(({ file, begin, end }) => [file, begin, end])

describe('what is asked for at once', () => {
  it('is as many neighbours as a piece holds', () => {
    expect(bounds([range(0, 30), range(30, 60), range(60, 90), range(90, 120)])).toEqual([
      ['a', 0, 90],
      ['a', 90, 120],
    ])
  })

  it('is neighbours in the file, in whatever order they are read', () => {
    expect(bounds([range(60, 90), range(0, 30), range(30, 60)])).toEqual([['a', 0, 90]])
  })

  it('is nothing between them that nobody reads', () => {
    expect(bounds([range(0, 30), range(31, 60), range(0, 30, 'b')])).toEqual([
      ['a', 0, 30],
      ['a', 31, 60],
      ['b', 0, 30],
    ])
  })

  it('is an equal part of a tensor larger than a piece', () => {
    expect(bounds([range(0, 201)])).toEqual([
      ['a', 0, 67],
      ['a', 67, 134],
      ['a', 134, 201],
    ])
  })

  it('is not what is read much later', () => {
    const far = [range(0, 30), range(1000, 2200), range(30, 60)]
    expect(bounds(far)).toContainEqual(['a', 0, 30])
    expect(bounds(far, { ...limits, reachBytes: 2000 })).toContainEqual(['a', 0, 60])
  })

  it('is every byte that is read, once, with all that reads it, within a piece', () => {
    const ranges = fc.array(
      fc.tuple(fc.constantFrom('a', 'b'), fc.nat(250), fc.integer({ min: 1, max: 150 })).map(([file, at, n]) => ({
        file,
        begin: at,
        end: at + n,
      })),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 200 }), fc.nat(500), (ranges, pieceBytes, reachBytes) => {
        const pieces = planPieces(ranges, { pieceBytes, reachBytes })
        const count = (file: string, at: number, of: readonly SourceRange[]) =>
          of.filter((each) => each.file === file && each.begin <= at && at < each.end).length
        for (const { begin, end } of pieces) expect(end - begin).toBeLessThanOrEqual(pieceBytes)
        for (const file of ['a', 'b']) {
          const uses = pieces.filter((piece) => piece.file === file).flatMap((piece) => piece.uses)
          const wrong = Array.from({ length: 400 }, (_, at) => at).filter((at) => {
            const read = count(file, at, ranges)
            const used = uses.filter(({ begin, end }) => begin <= at && at < end).length
            return count(file, at, pieces) !== (read > 0 ? 1 : 0) || used !== read
          })
          expect(wrong).toEqual([])
        }
      }),
      { numRuns: 60 },
    )
  })
})

/** Ends a build where its first weight would be read. */
class PlanningFiles extends ReadAheadFiles {
  planned = 0

  override expect(ranges: readonly SourceRange[]): void {
    this.planned = this.plan(ranges).length
    throw new Error('planned')
  }
}

describe('a build of the published shapes', () => {
  it.each<[SyntheticModel, number, number]>([
    ['3b', 7509e6, 400],
    ['7b', 16584e6, 700],
  ])('%s asks for its weights in few requests', async (model, bytes, most) => {
    const tokenizer = JSON.stringify({ model: { vocab: {} } })
    const { sourceBytes } = await planBundle(new SyntheticFiles(model, 1, tokenizer), { dtype: 'q4f16' })
    expect(sourceBytes).toBeGreaterThan(bytes)
    const files = new PlanningFiles(new SyntheticFiles(model, 1, tokenizer))
    await expect(buildBundle(files, new MemorySink(), { dtype: 'q4f16' })).rejects.toThrow('planned')
    console.log(`    ${model}: ${files.planned} requests for its weights`)
    expect(files.planned).toBeLessThan(most)
    // None is so large that a lost one would hurt.
    expect(files.planned).toBeGreaterThan(bytes / 2 ** 25)
  })
})
