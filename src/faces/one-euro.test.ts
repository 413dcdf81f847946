import { describe, expect, it } from 'vitest'
import { OneEuroFilter } from './one-euro.ts'

const settings = { minCutoffHz: 1, beta: 1 }

describe('OneEuroFilter', () => {
  it('takes the first value as it is, and keeps a constant', () => {
    const filter = new OneEuroFilter(settings)
    for (const timeS of [0, 0.04, 0.3]) expect(filter.filter(0.7, timeS)).toBeCloseTo(0.7, 12)
  })

  it('is a low-pass filter of its least cutoff where speed does not count', () => {
    const filter = new OneEuroFilter({ minCutoffHz: 1, beta: 0 })
    filter.filter(0, 0)
    const tau = 1 / (2 * Math.PI)
    const first = 1 / (1 + tau / 0.1)
    expect(filter.filter(1, 0.1)).toBeCloseTo(first, 12)
    expect(filter.filter(1, 0.2)).toBeCloseTo(first + first * (1 - first), 12)
  })

  it('calms noise and follows a jump', () => {
    const filter = new OneEuroFilter({ minCutoffHz: 1, beta: 5, speedCutoffHz: 5 })
    const calm = Array.from({ length: 50 }, (_, index) => filter.filter(index % 2 === 0 ? 0.01 : -0.01, index / 25))
    expect(Math.max(...calm.slice(10).map(Math.abs))).toBeLessThan(0.004)
    expect(filter.filter(1, 2)).toBeGreaterThan(0.7)
  })

  it('starts anew when time goes back, and when told to', () => {
    const filter = new OneEuroFilter(settings)
    filter.filter(0, 5)
    expect(filter.filter(1, 2)).toBe(1)
    filter.reset()
    expect(filter.filter(0.2, 2.1)).toBe(0.2)
  })
})
