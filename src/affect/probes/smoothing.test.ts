import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dfewEmotions } from '../labels.ts'
import { smoothed } from './smoothing.ts'
import { derivedPoint, valenceArousal } from './valence-arousal.ts'

const distribution = fc
  .array(fc.double({ min: 1e-6, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 })
  .map((weights) => weights.map((weight) => weight / weights.reduce((sum, each) => sum + each, 0)))
const points = fc.array(
  fc.record({ timeS: fc.double({ min: 0, max: 100, noNaN: true }), probabilities: distribution }),
  { maxLength: 30 },
)

describe('smoothed', () => {
  it('keeps distributions, their times and their range', () => {
    fc.assert(
      fc.property(points, fc.double({ min: 0, max: 10, noNaN: true }), (drawn, timeConstantS) => {
        const line = smoothed(drawn, timeConstantS)
        expect(line.map(({ timeS }) => timeS)).toEqual(drawn.map(({ timeS }) => timeS))
        for (const { probabilities } of line) {
          expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
          for (const [option, value] of probabilities.entries()) {
            const all = drawn.map((point) => point.probabilities[option])
            expect(value).toBeGreaterThanOrEqual(Math.min(...all) - 1e-12)
            expect(value).toBeLessThanOrEqual(Math.max(...all) + 1e-12)
          }
        }
      }),
    )
  })

  it('can be switched off', () => {
    const drawn = [{ timeS: 0, probabilities: [1, 0] }]
    expect(smoothed(drawn, 0)).toBe(drawn)
  })

  it('has come within 1/e of a change after its time constant, in one step or in many', () => {
    const line = (times: readonly number[]) =>
      smoothed(
        times.map((timeS) => ({ timeS, probabilities: timeS === 0 ? [1, 0] : [0, 1] })),
        2,
      ).at(-1)?.probabilities[0]
    expect(line([0, 2])).toBeCloseTo(Math.exp(-1), 9)
    expect(line([0, 0.3, 0.9, 1.4, 2])).toBeCloseTo(Math.exp(-1), 9)
  })

  it('begins anew where time goes back', () => {
    const line = smoothed(
      [
        { timeS: 9, probabilities: [1, 0] },
        { timeS: 1, probabilities: [0, 1] },
      ],
      2,
    )
    expect(line[1].probabilities).toEqual([0, 1])
  })
})

describe('derivedPoint', () => {
  it('is a word of the lexicon where that is all there is, and in between otherwise', () => {
    for (const [index, emotion] of dfewEmotions.entries()) {
      expect(derivedPoint(dfewEmotions.map((_, at) => Number(at === index)))).toEqual(valenceArousal[emotion])
    }
    const { valence, arousal } = derivedPoint(dfewEmotions.map(() => 1 / dfewEmotions.length))
    expect(valence).toBeCloseTo(-1.17 / 7)
    expect(arousal).toBeCloseTo(2.45 / 7)
  })
})
