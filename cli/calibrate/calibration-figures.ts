import {
  type Claim,
  claimOf,
  expectedCalibrationError,
  fitTemperature,
  meanNll,
  type ProbeSample,
  type ReliabilityBin,
  reliabilityBins,
} from '../../src/affect/probes/calibration.ts'

/** An answer to one question about one clip, in both orders of the options. */
export interface AskedTwice {
  /** Log-probabilities with the options in the given order and in the reversed one, each by option. */
  readonly orders: readonly [readonly number[], readonly number[]]
  /** The index of the right option. */
  readonly truth: number
  /** Counts clips. */
  readonly clip: number
}

/** How good probabilities are. All but `nll` (nats) are shares. */
export interface Quality {
  readonly nll: number
  readonly ece: number
  readonly bins: readonly ReliabilityBin[]
}

export interface CalibrationFigures {
  /** Of the first option; a temperature does not change it. */
  readonly accuracy: number
  readonly before: Quality
  /** Each half of the clips at the temperature that fits the other half. */
  readonly after: Quality
  /** That fits all clips. */
  readonly temperature: number
}

export function calibrationFigures(samples: readonly (ProbeSample & { readonly clip: number })[]): CalibrationFigures {
  const halves = [0, 1].map((half) => samples.filter(({ clip }) => clip % 2 === half))
  const fitted = halves.map((half) => fitTemperature(half))
  const crossed = samples.map((sample) => ({ sample, temperature: fitted[1 - (sample.clip % 2)] }))
  const claims = (temperature: number) => samples.map((sample) => claimOf(sample, temperature))
  return {
    accuracy: mean(claims(1).map(({ isRight }) => Number(isRight))),
    before: quality(claims(1), meanNll(samples, 1)),
    after: quality(
      crossed.map(({ sample, temperature }) => claimOf(sample, temperature)),
      mean(crossed.map(({ sample, temperature }) => meanNll([sample], temperature))),
    ),
    temperature: fitTemperature(samples),
  }
}

function quality(claims: readonly Claim[], nll: number): Quality {
  const bins = reliabilityBins(claims)
  return { nll, ece: expectedCalibrationError(bins), bins }
}

/** Both orders as one: log-probabilities averaged. */
export function averaged({ orders: [given, reversed], ...rest }: AskedTwice): ProbeSample & { readonly clip: number } {
  return { ...rest, logProbabilities: given.map((value, option) => (value + reversed[option]) / 2) }
}

export function inGivenOrder({ orders: [given], ...rest }: AskedTwice): ProbeSample & { readonly clip: number } {
  return { ...rest, logProbabilities: given }
}

/** What the options' order does. */
export interface OrderBias {
  /** Mean distance between the two orders' probabilities (total variation, 0 to 1). */
  readonly distance: number
  /** Share of answers whose first option is another. */
  readonly changed: number
  /** What the first letter gets over the last one, on average over both orders; 0 where only options count. */
  readonly firstOverLast: number
}

export function orderBias(asked: readonly AskedTwice[]): OrderBias {
  const pairs = asked.map(({ orders: [given, reversed] }) => [given.map(Math.exp), reversed.map(Math.exp)] as const)
  return {
    distance: mean(pairs.map(([a, b]) => a.reduce((sum, value, option) => sum + Math.abs(value - b[option]), 0) / 2)),
    changed: mean(pairs.map(([a, b]) => Number(a.indexOf(Math.max(...a)) !== b.indexOf(Math.max(...b))))),
    // In the reversed order the last option has the first letter.
    firstOverLast: mean(pairs.map(([a, b]) => (a[0] - a[a.length - 1] + b[b.length - 1] - b[0]) / 2)),
  }
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
