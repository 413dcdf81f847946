/** Sums of squares over a tensor. `plainNoise` is the noise of rounding with scales from largest values alone. */
export interface QuantizationError {
  readonly values: number
  readonly signal: number
  readonly noise: number
  readonly plainNoise: number
  /** Noise over signal of the worst block, and its place: -1 if every block is exact. */
  readonly worstRatio: number
  readonly worstRow: number
  readonly worstBlock: number
}

export const noError: QuantizationError = {
  values: 0,
  signal: 0,
  noise: 0,
  plainNoise: 0,
  worstRatio: 0,
  worstRow: -1,
  worstBlock: -1,
}

/** Adds the error of the next rows, the first of which has the number `firstRow` in its tensor. */
export function addError(sum: QuantizationError, next: QuantizationError, firstRow: number): QuantizationError {
  const worse = next.worstRatio > sum.worstRatio
  return {
    values: sum.values + next.values,
    signal: sum.signal + next.signal,
    noise: sum.noise + next.noise,
    plainNoise: sum.plainNoise + next.plainNoise,
    worstRatio: worse ? next.worstRatio : sum.worstRatio,
    worstRow: worse ? firstRow + next.worstRow : sum.worstRow,
    worstBlock: worse ? next.worstBlock : sum.worstBlock,
  }
}

/** The ratio of two powers in decibels; infinite without noise. */
export function decibels(signal: number, noise: number): number {
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise)
}

/** Signal-to-noise ratios of one quantized weight, in dB. JSON has no infinity, so `null` means exact. */
export interface WeightError {
  readonly weight: string
  readonly bits: number
  readonly values: number
  readonly snr: number | null
  /** The same if each block's scale were taken from its largest value alone. */
  readonly plainSnr: number | null
  readonly worstBlock: { readonly row: number; readonly block: number; readonly snr: number | null }
}

export function weightError(weight: string, bits: number, error: QuantizationError): WeightError {
  const { values, signal, noise, plainNoise, worstRow, worstBlock, worstRatio } = error
  return {
    weight,
    bits,
    values,
    snr: finite(decibels(signal, noise)),
    plainSnr: finite(decibels(signal, plainNoise)),
    worstBlock: { row: worstRow, block: worstBlock, snr: finite(decibels(1, worstRatio)) },
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}
