import { describe, expect, it } from 'vitest'
import { banBias, greedyMargin, penaltyFactors, penaltyUpdates, processLogits } from './logits-processors.ts'

describe('logits processors', () => {
  const logits = Float32Array.of(2, -2, 4, 1)

  it('lower seen ids whatever their sign, and ban others, in a copy', () => {
    expect([...processLogits(logits, [0, 1, 0], 2, [2])]).toEqual([1, -4, Number.NEGATIVE_INFINITY, 1])
    expect([...processLogits(logits, [0, 1], 1, [])]).toEqual([...logits])
    expect([...logits]).toEqual([2, -2, 4, 1])
  })

  it('are given to the graph as factors and a finite bias', () => {
    expect([...penaltyFactors(4, [1, 3], 1.5)]).toEqual([1, 1.5, 1, 1.5])
    const bias = banBias(4, [2])
    expect(bias[2]).toBeLessThan(-1e29)
    expect(Number.isFinite(bias[2])).toBe(true)
    expect([bias[0], bias[1], bias[3]]).toEqual([0, 0, 0])
  })

  it('count for each row of a pass the ids up to its own', () => {
    expect(penaltyUpdates([5, 6, 5], 1)).toEqual([0, 5, 0, 6])
    expect(penaltyUpdates([5, 6, 7], 2)).toEqual([0, 5, 0, 6, 1, 5, 1, 6, 1, 7])
  })

  it('leave a margin between the two highest logits', () => {
    expect(greedyMargin(logits)).toBe(2)
  })
})
