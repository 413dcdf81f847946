import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FrameSampler } from './frame-sampler.ts'

const taken = (periodS: number, times: readonly number[]) => {
  const sampler = new FrameSampler(periodS)
  return times.filter((time) => sampler.takes(time))
}

describe('FrameSampler', () => {
  it('takes every tenth frame of twenty a second, for two a second', () => {
    expect(
      taken(
        0.5,
        [...Array(41).keys()].map((i) => i / 20),
      ),
    ).toEqual([0, 0.5, 1, 1.5, 2])
  })

  it('does not drift on a rate that does not divide', () => {
    const times = taken(
      0.5,
      [...Array(3000).keys()].map((i) => i / 29.97),
    )
    expect(times.length).toBe(201)
  })

  it('starts anew when the clock was set back', () => {
    expect(taken(0.5, [3600, 3600.5, 3601, 0.3, 0.4, 0.8])).toEqual([3600, 3600.5, 3601, 0.3, 0.8])
  })

  it('starts anew after a gap', () => {
    expect(taken(0.5, [0, 0.1, 3.2, 3.4, 3.7])).toEqual([0, 3.2, 3.7])
  })

  it('never takes two frames closer than 0.65 of a period', () => {
    const gaps = fc.array(fc.double({ min: 0.001, max: 3, noNaN: true }), { maxLength: 60 })
    fc.assert(
      fc.property(gaps, fc.double({ min: 0.1, max: 2, noNaN: true }), (steps, periodS) => {
        let time = 0
        const times = taken(
          periodS,
          steps.map((step) => {
            time += step
            return time
          }),
        )
        for (let i = 1; i < times.length; i++) expect(times[i] - times[i - 1]).toBeGreaterThan(0.649 * periodS)
      }),
    )
  })

  it('decides alike on what it took itself', () => {
    const times = taken(
      0.5,
      [...Array(500).keys()].map((i) => i / 24 + (i % 3) / 100),
    )
    expect(taken(0.5, times)).toEqual(times)
  })
})
