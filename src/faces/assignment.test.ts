import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assigned } from './assignment.ts'

/** Most pairs first, then the least sum: tried one by one. */
function best(
  costs: readonly (readonly number[])[],
  row = 0,
  taken: readonly number[] = [],
): [pairs: number, sum: number] {
  if (row === costs.length) return [0, 0]
  let found = best(costs, row + 1, taken)
  for (const [column, cost] of (costs[row] ?? []).entries()) {
    if (taken.includes(column) || cost === Number.POSITIVE_INFINITY) continue
    const [pairs, sum] = best(costs, row + 1, [...taken, column])
    const candidate: [number, number] = [pairs + 1, sum + cost]
    if (candidate[0] > found[0] || (candidate[0] === found[0] && candidate[1] < found[1])) found = candidate
  }
  return found
}

describe('assigned', () => {
  it('takes the least sum and not each row’s nearest', () => {
    expect(
      assigned([
        [1, 2],
        [1.1, 9],
      ]),
    ).toEqual([1, 0])
  })

  it('leaves rows without a column where there is none, or none that may be', () => {
    expect(assigned([[5], [1]])).toEqual([-1, 0])
    expect(assigned([[Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]])).toEqual([-1])
    expect(assigned([[], []])).toEqual([-1, -1])
    expect(assigned([])).toEqual([])
  })

  it('is as good as trying all assignments', () => {
    const cost = fc.oneof(
      { weight: 4, arbitrary: fc.double({ min: 0, max: 3, noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(Number.POSITIVE_INFINITY) },
    )
    const matrix = fc
      .integer({ min: 1, max: 4 })
      .chain((columns) =>
        fc.array(fc.array(cost, { minLength: columns, maxLength: columns }), { minLength: 1, maxLength: 4 }),
      )
    fc.assert(
      fc.property(matrix, (costs) => {
        const columns = assigned(costs)
        const made = columns.flatMap((column, row) => (column < 0 ? [] : [costs[row]?.[column] ?? Number.NaN]))
        const used = columns.filter((column) => column >= 0)
        expect(new Set(used).size).toBe(used.length)
        const [pairs, sum] = best(costs)
        expect(made).toHaveLength(pairs)
        expect(made.reduce((total, each) => total + each, 0)).toBeCloseTo(sum, 6)
      }),
    )
  })
})
