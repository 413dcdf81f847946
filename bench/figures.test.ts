import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Alternation, compareSides, decodeRate, type UpdateFigures } from './figures.ts'
import { spreadOf } from './spread.ts'

function update(figures: Partial<UpdateFigures> = {}): UpdateFigures {
  return {
    periodMs: 1000,
    firstTokenMs: 300,
    visionMs: 100,
    prefillTokens: 100,
    prefillMs: 200,
    tokens: 11,
    decodeMs: 500,
    passes: 11,
    ...figures,
  }
}

describe('spreadOf', () => {
  it('has the middle, the ends and the quartiles', () => {
    expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ median: 3, min: 1, max: 5, quartiles: [2, 4], count: 5 })
    expect(spreadOf([1, 2])).toMatchObject({ median: 1.5, quartiles: [1.25, 1.75] })
    expect(() => spreadOf([])).toThrow(RangeError)
  })

  it('is in order, and does not depend on that of the values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
        const { min, quartiles, median, max } = spreadOf(values)
        const inOrder = [min, quartiles[0], median, quartiles[1], max]
        expect(inOrder.toSorted((a, b) => a - b)).toEqual(inOrder)
        expect(spreadOf(values.toReversed())).toEqual(spreadOf(values))
      }),
    )
  })
})

describe('compareSides', () => {
  const alternation: Alternation = {
    stock: update({ periodMs: 8000, firstTokenMs: 6000, decodeMs: 2000 }),
    // A hop costs more than the updates after it: what counts is their mean.
    ours: [update({ periodMs: 1600, passes: 3 }), update({ periodMs: 400, passes: 4 })],
    plain: update({ periodMs: 4000, decodeMs: 1000 }),
    probes: [
      { probeMs: 30, bareMs: 20 },
      { probeMs: 1000, bareMs: 25 },
      { probeMs: 20, bareMs: 1000 },
    ],
  }

  it('averages our updates from hop to hop', () => {
    const { ratios, ours } = compareSides([alternation])
    expect(ours.periodMs.median).toBe(1000)
    expect(ratios.liveUpdate.median).toBe(8)
    expect(ratios.plainUpdate.median).toBe(2)
    expect(ratios.firstToken.median).toBe(20)
  })

  it('rates decoding by the tokens after the first of each answer', () => {
    expect(decodeRate([alternation.plain])).toBe(10)
    const { ratios, stock, ours } = compareSides([alternation])
    expect(stock.decodeTokensPerS.median).toBe(5)
    expect(ratios.decode.median).toBe(2)
    expect(ours.tokensPerPass.median).toBeCloseTo(22 / 7)
  })

  it('takes the middle one of an alternation’s probes, and of its bare passes', () => {
    expect(compareSides([alternation]).ratios.probeOverBarePass.median).toBe(30 / 25)
    // Ten tokens a second: a step is 100 ms.
    expect(compareSides([alternation]).probeInSteps.median).toBeCloseTo(0.3)
  })

  it('takes ratios within alternations, so that a machine that slows down later does not tilt them', () => {
    const slow = (figures: UpdateFigures) => ({ ...figures, periodMs: figures.periodMs * 10 })
    const later = { ...alternation, stock: slow(alternation.stock), ours: alternation.ours.map(slow) }
    expect(compareSides([alternation, later]).ratios.liveUpdate).toMatchObject({ min: 8, max: 8, count: 2 })
  })
})
