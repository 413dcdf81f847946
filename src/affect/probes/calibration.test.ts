import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  atTemperature,
  claimOf,
  expectedCalibrationError,
  fitTemperature,
  meanNll,
  type ProbeSample,
  reliabilityBins,
  temperatureBounds,
} from './calibration.ts'

const logits = fc.array(fc.double({ min: -12, max: 12, noNaN: true }), { minLength: 2, maxLength: 7 })
const sample = logits.chain((logProbabilities) =>
  fc.record({ logProbabilities: fc.constant(logProbabilities), truth: fc.nat({ max: logProbabilities.length - 1 }) }),
)
const samples = fc.array(sample, { minLength: 1, maxLength: 40 })
const temperature = fc.double({ min: temperatureBounds.min, max: temperatureBounds.max, noNaN: true })

/** Answers that are right as often as their probabilities at `temperature` say. */
function honest(count: number, temperature: number): ProbeSample[] {
  let state = 7
  const random = () => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  return Array.from({ length: count }, () => {
    const logProbabilities = [random() * 6, random() * 6, random() * 6]
    let left = random()
    const truth = atTemperature(logProbabilities, temperature).findIndex((share) => {
      left -= share
      return left < 0
    })
    return { logProbabilities, truth: Math.max(0, truth) }
  })
}

describe('atTemperature', () => {
  it('gives a distribution in which the order of the options stays', () => {
    fc.assert(
      fc.property(logits, temperature, (values, t) => {
        const probabilities = atTemperature(values, t)
        expect(probabilities.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 9)
        expect(probabilities[values.indexOf(Math.max(...values))]).toBe(Math.max(...probabilities))
      }),
    )
  })
})

describe('fitTemperature', () => {
  it('finds the temperature by which the answers were drawn', () => {
    for (const t of [0.5, 1, 2.5]) expect(fitTemperature(honest(20_000, t)) / t).toBeCloseTo(1, 1)
  })

  it('is nowhere worse than any other temperature', () => {
    fc.assert(
      fc.property(samples, temperature, (drawn, other) => {
        expect(meanNll(drawn, fitTemperature(drawn))).toBeLessThanOrEqual(meanNll(drawn, other) + 1e-6)
      }),
    )
  })

  it('ends at its bounds where all answers are right, and leaves everything where there are none', () => {
    expect(fitTemperature([{ logProbabilities: [0, 3], truth: 1 }])).toBeCloseTo(temperatureBounds.min, 3)
    expect(fitTemperature([])).toBe(1)
  })
})

describe('reliabilityBins', () => {
  it('loses no claim, and keeps each within its bin', () => {
    fc.assert(
      fc.property(samples, temperature, fc.integer({ min: 1, max: 20 }), (drawn, t, count) => {
        const bins = reliabilityBins(
          drawn.map((each) => claimOf(each, t)),
          count,
        )
        expect(bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(drawn.length)
        for (const bin of bins.filter((each) => each.count > 0)) {
          expect(bin.confidence).toBeGreaterThanOrEqual(bin.from - 1e-9)
          expect(bin.confidence).toBeLessThanOrEqual(bin.to + 1e-9)
        }
        const ece = expectedCalibrationError(bins)
        expect(ece).toBeGreaterThanOrEqual(0)
        expect(ece).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('has no error where confidence is what is right, and all of it where nothing is', () => {
    const claims = (right: number) =>
      Array.from({ length: 10 }, (_, index) => ({ confidence: 0.7, isRight: index < right }))
    expect(expectedCalibrationError(reliabilityBins(claims(7)))).toBeCloseTo(0)
    expect(expectedCalibrationError(reliabilityBins(claims(0)))).toBeCloseTo(0.7)
    expect(expectedCalibrationError(reliabilityBins([]))).toBe(0)
  })

  it('is small after fitting, and was not before', () => {
    const drawn = honest(20_000, 3)
    const error = (t: number) => expectedCalibrationError(reliabilityBins(drawn.map((each) => claimOf(each, t))))
    expect(error(1)).toBeGreaterThan(0.2)
    expect(error(fitTemperature(drawn))).toBeLessThan(0.02)
  })
})
