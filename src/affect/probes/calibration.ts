/** A probe's scores, and its right answer. */
export interface ProbeSample {
  /** Log-probabilities, one per option, up to a common constant. */
  readonly logProbabilities: readonly number[]
  /** The index of the right option. */
  readonly truth: number
}

/** Probabilities at a temperature: 1 leaves them as they are, more flattens them, less sharpens them. */
export function atTemperature(logProbabilities: readonly number[], temperature: number): number[] {
  const most = Math.max(...logProbabilities)
  const weights = logProbabilities.map((value) => Math.exp((value - most) / temperature))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}

/** Mean negative log-probability of the right answers, in nats. */
export function meanNll(samples: readonly ProbeSample[], temperature: number): number {
  const losses = samples.map(({ logProbabilities, truth }) => {
    const scaled = logProbabilities.map((value) => value / temperature)
    const most = Math.max(...scaled)
    return most + Math.log(scaled.reduce((sum, value) => sum + Math.exp(value - most), 0)) - scaled[truth]
  })
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

/** Bounds of the search: if every answer is right, a lower temperature is always better. */
export const temperatureBounds = { min: 1 / 16, max: 16 } as const

/**
 * The temperature of least NLL (Guo et al. 2017, "On Calibration of Modern Neural Networks"). NLL is convex in
 * 1/temperature and so has one minimum, which golden-section search over log temperature finds. A temperature never
 * changes which option is first. Returns 1 for no samples.
 */
export function fitTemperature(samples: readonly ProbeSample[]): number {
  if (samples.length === 0) return 1
  const golden = (Math.sqrt(5) - 1) / 2
  let low = Math.log(temperatureBounds.min)
  let high = Math.log(temperatureBounds.max)
  const loss = (at: number) => meanNll(samples, Math.exp(at))
  while (high - low > 1e-9) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)]
    if (loss(a) <= loss(b)) high = b
    else low = a
  }
  return Math.exp((low + high) / 2)
}

/** The probability of the first option, and whether that option was right. */
export interface Claim {
  readonly confidence: number
  readonly isRight: boolean
}

export function claimOf({ logProbabilities, truth }: ProbeSample, temperature: number): Claim {
  const probabilities = atTemperature(logProbabilities, temperature)
  const first = logProbabilities.indexOf(Math.max(...logProbabilities))
  return { confidence: probabilities[first], isRight: first === truth }
}

/** Claims with a confidence within [from, to); the last bin includes its upper end. */
export interface ReliabilityBin {
  readonly from: number
  readonly to: number
  readonly count: number
  /** Means; 0 for an empty bin. */
  readonly confidence: number
  readonly accuracy: number
}

export function reliabilityBins(claims: readonly Claim[], bins = 10): ReliabilityBin[] {
  return Array.from({ length: bins }, (_, bin) => {
    const within = claims.filter(({ confidence }) => Math.min(bins - 1, Math.floor(confidence * bins)) === bin)
    const mean = (of: (claim: Claim) => number) =>
      within.length === 0 ? 0 : within.reduce((sum, claim) => sum + of(claim), 0) / within.length
    return {
      from: bin / bins,
      to: (bin + 1) / bins,
      count: within.length,
      confidence: mean(({ confidence }) => confidence),
      accuracy: mean(({ isRight }) => Number(isRight)),
    }
  })
}

/** Expected calibration error, 0 to 1: mean |confidence - accuracy| of the bins, weighted by their claims. */
export function expectedCalibrationError(bins: readonly ReliabilityBin[]): number {
  const all = bins.reduce((sum, { count }) => sum + count, 0)
  if (all === 0) return 0
  return bins.reduce((sum, { count, confidence, accuracy }) => sum + (count / all) * Math.abs(confidence - accuracy), 0)
}
