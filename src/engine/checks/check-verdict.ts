import type { ManifestCheck } from '../../manifest/manifest.ts'
import type { Compute } from '../backends/tensors.ts'

/**
 * How close a device comes to the expected logits: *exact* up to the order of float32 sums, *close* up to rounding to
 * float16, *wrong* if neither, *unchecked* if there is nothing to compare with.
 */
export type CheckVerdict = 'exact' | 'close' | 'wrong' | 'unchecked'

/** What decides which kernels a device runs. */
export interface CheckMode {
  readonly subgroups: boolean
  readonly compute: Compute
}

export interface CheckTry {
  readonly mode: CheckMode
  readonly verdict: CheckVerdict
  /** As in `CheckReport`. */
  readonly maxError: number
}

/** The result of a check. */
export interface CheckReport {
  readonly verdict: CheckVerdict
  /** What was checked: the device's kernels on the app's own small network, or the loaded bundle. */
  readonly subject: 'kernels' | 'bundle'
  /** Largest error of a logit, in standard deviations of the logits; infinite when not finite, NaN when unchecked. */
  readonly maxError: number
  /** The lowest cosine of the steps, between logits minus their mean; -1 when not finite, NaN when unchecked. */
  readonly cosine: number
  readonly mode: CheckMode
  /** Every mode that was tried, in order; the last is `mode`. */
  readonly tried: readonly CheckTry[]
  /** Why the verdict is not `exact`, or why another mode than the first is used. */
  readonly reason?: string
}

export type Closeness = Pick<CheckReport, 'verdict' | 'maxError' | 'cosine'>

/** What a check computes: a prefill with video rows, an append onto it, one decode step. */
export type CheckInput = Pick<ManifestCheck, 'grid' | 'seed'> & {
  readonly steps: readonly { readonly name: string; readonly ids: readonly number[] }[]
}

/** How many logits of a step a manifest holds besides the highest ones, evenly spaced over the vocabulary. */
const spreadCount = 64

/**
 * Largest error of an exact check, in standard deviations of the logits. Measured on the kernel check: 3e-6 on
 * SwiftShader and lavapipe, 5e-6 in WebAssembly, 2e-5 for the embedded bundle; the known fault (FlashAttention over
 * subgroups of 4) gives 1.1 and 0.7.
 */
const exactError = 1e-3

/**
 * Bounds of a close check: the lowest cosine, and the largest error of logits, mean and deviation. Measured on the kernel
 * check in float16: 0.9999994 and 0.0034; with the fault, 0.9993 and 0.11 at subgroups of 8. A bundle has many more layers,
 * each of which rounds, so its errors in float32 may add up to more than `exactError`.
 */
const close = {
  kernels: { f32: undefined, f16: { cosine: 0.99995, error: 0.02 } },
  bundle: { f32: { cosine: 0.99999, error: 0.02 }, f16: { cosine: 0.999, error: 0.2 } },
} as const

/** The check as a manifest holds it: the input, and the logits to expect after each step. */
export function expectedCheck(input: CheckInput, logits: readonly Float32Array[]): ManifestCheck {
  const steps = input.steps.map(({ name, ids }, i) => ({
    name,
    ids: [...ids],
    top: topLogits(logits[i]),
    spread: spreadLogits(logits[i]),
  }))
  return { grid: input.grid, seed: input.seed, steps }
}

/** The highest logits, highest first. */
export function topLogits(logits: Float32Array, count = 16): { ids: number[]; logits: number[] } {
  const ids = [...logits.keys()].sort((a, b) => logits[b] - logits[a]).slice(0, count)
  return { ids, logits: ids.map((id) => logits[id]) }
}

/** Evenly spaced logits: the highest ones alone are too much alike for a cosine to mean anything. */
function spreadLogits(logits: Float32Array) {
  const count = Math.min(spreadCount, logits.length)
  const ids = Array.from({ length: count }, (_, i) => Math.floor((i * logits.length) / count))
  return { ids, logits: ids.map((id) => logits[id]), ...momentsOf(logits) }
}

function momentsOf(logits: Float32Array): { mean: number; deviation: number } {
  let sum = 0
  for (const value of logits) sum += value
  const mean = sum / logits.length
  let squares = 0
  for (const value of logits) squares += (value - mean) ** 2
  return { mean, deviation: Math.sqrt(squares / logits.length) }
}

/**
 * Compares the logits of a check's steps with the expected ones: with those that the manifest holds, and by mean and
 * deviation of all, so that wrong or infinite logits anywhere in the vocabulary are noticed.
 */
export function judgeCheck(
  check: ManifestCheck,
  logits: readonly Float32Array[],
  subject: CheckReport['subject'],
  compute: Compute,
): Closeness {
  let maxError = 0
  let cosine = 1
  for (const [index, { top, spread }] of check.steps.entries()) {
    const ours = logits[index]
    if (!spread) return { verdict: 'unchecked', maxError: Number.NaN, cosine: Number.NaN }
    const moments = momentsOf(ours)
    const { mean, deviation } = spread
    // Math.max would not do: once a NaN was found, the error has to stay infinite.
    const note = (difference: number) => {
      const error = Math.abs(difference) / deviation
      if (!(error <= maxError)) maxError = Number.isFinite(error) ? error : Number.POSITIVE_INFINITY
    }
    note(moments.mean - mean)
    note(moments.deviation - deviation)
    const expected = new Map([...pairsOf(top), ...pairsOf(spread)])
    let dot = 0
    let ourPower = 0
    let power = 0
    for (const [id, value] of expected) {
      note(ours[id] - value)
      dot += (ours[id] - mean) * (value - mean)
      ourPower += (ours[id] - mean) ** 2
      power += (value - mean) ** 2
    }
    const stepCosine = dot / Math.sqrt(ourPower * power)
    cosine = Number.isNaN(stepCosine) ? -1 : Math.min(cosine, stepCosine)
  }
  const bounds = close[subject][compute]
  const isClose = bounds !== undefined && cosine >= bounds.cosine && maxError <= bounds.error
  return { verdict: maxError <= exactError ? 'exact' : isClose ? 'close' : 'wrong', maxError, cosine }
}

function pairsOf({ ids, logits }: { readonly ids: readonly number[]; readonly logits: readonly number[] }) {
  return ids.map((id, i) => [id, logits[i]] as const)
}

/** Why a verdict is not `exact`, in a sentence; undefined if it is. */
export function reasonOf({ verdict, maxError, cosine }: Closeness, mode: CheckMode): string | undefined {
  switch (verdict) {
    case 'exact':
      return undefined
    case 'close':
      return `With ${modeName(mode)}, the largest error of a logit is ${maxError.toPrecision(2)} of their spread.`
    case 'unchecked':
      return 'The bundle has no expected numbers to compare with; build it again to get them.'
    case 'wrong':
      return Number.isFinite(maxError)
        ? `With ${modeName(mode)}, logits are off by up to ${maxError.toPrecision(2)} of their spread (cosine ${cosine.toFixed(4)}).`
        : `With ${modeName(mode)}, logits are not finite.`
  }
}

/** A mode in words, for messages. */
export function modeName({ subgroups, compute }: CheckMode): string {
  return `${compute === 'f16' ? '16-bit' : '32-bit'} floats ${subgroups ? 'with' : 'without'} subgroups`
}
