import { BundleError, EngineError } from '../../base/errors.ts'
import type { ManifestCheck } from '../../manifest/manifest.ts'
import { type Qwen25VLConfig, sequencePositions, textPositions, tokensPerTemporalPatch } from '../../qwen25vl/index.ts'
import type { Runtime } from '../backends/runtime.ts'
import type { Compute } from '../backends/tensors.ts'
import type { Bundle } from '../bundle.ts'
import { Decoder } from '../decoder.ts'
import { withDisposal } from '../disposal.ts'
import { VisionEncoder } from '../vision-encoder.ts'

/**
 * How close a device comes to the expected logits: *exact* up to the order of float32 sums, *close* up to rounding to
 * float16, *wrong* if neither, *unchecked* if there is nothing to compare with.
 */
export type CheckVerdict = 'exact' | 'close' | 'wrong' | 'unchecked'

/** Which kernels a device runs. */
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

/** The loaded network that a check runs on; the check forks the decoder, so its KV cache is not touched. */
export interface CheckedModel {
  readonly vision: VisionEncoder
  readonly decoder: Decoder
}

/** What a check computes: a prefill with video rows, an append onto it, one decode step. */
export type CheckInput = Pick<ManifestCheck, 'grid' | 'seed'> & {
  readonly steps: readonly { readonly name: string; readonly ids: readonly number[] }[]
}

/** The least number of tokens in the prefill: attention kernels have been wrong only with more than 32 queries. */
const minPrefill = 64
const checkGrid: [number, number, number] = [2, 8, 12]
const checkSeed = 1

/** How many logits of a step a manifest holds besides the highest ones, evenly spaced over the vocabulary. */
const spreadCount = 64

/**
 * Largest error of an exact check, in standard deviations of the logits. Measured on the kernel check: 3e-6 on
 * SwiftShader and lavapipe, 5e-6 in WebAssembly, 2e-5 for the embedded bundle; the known fault (FlashAttention over
 * subgroups of 4) gives 1.1 and 0.7.
 */
const exactError = 1e-3

/**
 * Bounds of a close check: the lowest cosine, and the largest error of logits, mean and deviation. Measured on the kernel check
 * in float16: 0.9999994 and 0.0034; with the fault, 0.9993 and 0.11 at subgroups of 8. A bundle has many
 * more layers, each of which rounds, so its errors in float32 may add up to more than `exactError`.
 */
const close = {
  kernels: { f32: undefined, f16: { cosine: 0.99995, error: 0.02 } },
  bundle: { f32: { cosine: 0.99999, error: 0.02 }, f16: { cosine: 0.999, error: 0.2 } },
} as const

/** The fixed input for the check of a bundle, in the bundle's own vocabulary. */
export function checkInput({ config, template, tokenizer }: Bundle): CheckInput {
  const [t, h, w] = checkGrid
  const videoTokens = t * tokensPerTemporalPatch({ t, h, w }, config.vision)
  const text = tokenizer.encode('Describe the face: hair, eyes, brows, mouth, and how they move. ')
  let question = 'Look.'
  while (template.closing(question).length < minPrefill - videoTokens) question += ' Look again.'
  return {
    grid: checkGrid,
    seed: checkSeed,
    steps: [
      { name: 'prefill', ids: template.firstTurn({ videos: [videoTokens], question }) },
      { name: 'append', ids: text },
      { name: 'decode', ids: text.slice(0, 1) },
    ],
  }
}

/** Runs the steps of a check on sessions of its own; returns the logits f32 [V] after each step. */
export function runCheck(runtime: Runtime, bundle: Bundle, input: CheckInput): Promise<Float32Array[]> {
  return withModel(runtime, bundle, (model) => runCheckOn(model, bundle, input))
}

async function withModel<T>(runtime: Runtime, bundle: Bundle, use: (model: CheckedModel) => Promise<T>): Promise<T> {
  return withDisposal(await VisionEncoder.create(runtime, bundle), async (vision) => {
    const own = await Decoder.create(runtime, bundle, { capacity: 1 })
    return withDisposal(own, (decoder) => use({ vision, decoder }))
  })
}

/** Runs the steps of a check on a loaded model; returns the logits f32 [V] after each step. */
async function runCheckOn(model: CheckedModel, bundle: Bundle, input: CheckInput): Promise<Float32Array[]> {
  const { config } = bundle
  const [t, h, w] = input.grid
  const grid = { t, h, w }
  const { patchSize, temporalPatchSize, inChannels } = config.vision
  const features = await model.vision.encode(
    checkPixels(input.seed, t * h * w * inChannels * temporalPatchSize * patchSize ** 2),
    grid,
  )
  const capacity = input.steps.reduce((sum, { ids }) => sum + ids.length, 0)
  const decoder = model.decoder.fork({ capacity, repetitionPenalty: 1 })
  try {
    const logits: Float32Array[] = []
    let cursor: Parameters<typeof textPositions>[0] = { nextPosition: 0 }
    for (const [index, { ids }] of input.steps.entries()) {
      const isFirst = index === 0
      const step = isFirst
        ? sequencePositions({ ids, videoPad: config.tokens.videoPad, grids: [grid] }, config.vision)
        : textPositions(cursor, ids.length)
      cursor = step.cursor
      const pass = await decoder.run({
        ids,
        positions: step.positions,
        ...(isFirst ? { features } : {}),
        withLogits: true,
      })
      if (pass.logits) logits.push(pass.logits)
    }
    return logits
  } finally {
    features.dispose()
    await decoder.dispose()
  }
}

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

/** Checks a loaded bundle by the check in its manifest. Throws BundleError `bad-check`, and what a pass throws. */
export function checkBundle(runtime: Runtime, bundle: Bundle, model: CheckedModel): Promise<CheckReport> {
  return check('bundle', runtime, bundle, model)
}

/** Checks a device's kernels on one of the app's own small bundles. Throws as `checkBundle`, and what loading throws. */
export function checkKernels(runtime: Runtime, bundle: Bundle): Promise<CheckReport> {
  return withModel(runtime, bundle, (model) => check('kernels', runtime, bundle, model))
}

async function check(
  subject: CheckReport['subject'],
  runtime: Runtime,
  bundle: Bundle,
  model: CheckedModel,
): Promise<CheckReport> {
  const expected = bundle.manifest.check
  const { compute } = bundle.manifest.graphs.decoder
  const mode = { subgroups: runtime.provider === 'webgpu' && runtime.device.features.has('subgroups'), compute }
  let found: Closeness = { verdict: 'unchecked', maxError: Number.NaN, cosine: Number.NaN }
  if (expected) {
    assertCheckFits(expected, bundle.config)
    found = judgeCheck(expected, await runCheckOn(model, bundle, expected), subject, compute)
  }
  const { verdict, maxError } = found
  const reason = reasonOf(found, mode)
  return { ...found, subject, mode, tried: [{ mode, verdict, maxError }], ...(reason ? { reason } : {}) }
}

function reasonOf({ verdict, maxError, cosine }: Closeness, mode: CheckMode): string | undefined {
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

/** Throws EngineError `bundle-wrong` when the check of a bundle found it wrong: its readings would be nonsense. */
export function refuseWrongBundle(report: CheckReport): void {
  if (report.verdict !== 'wrong') return
  throw new EngineError({
    code: 'bundle-wrong',
    message: `This device does not compute the bundle's own numbers. ${report.reason ?? ''}`.trim(),
    action: 'Update the browser and the graphics driver, or load a bundle built with --dtype q4.',
  })
}

/** The most patches and tokens of a check: a manifest from elsewhere must not be able to fill the visitor's memory. */
const maxPatches = 4096
const maxTokens = 4096

/** Throws BundleError `bad-check` when the check in a manifest does not fit the bundle's network. */
export function assertCheckFits(
  { grid: [t, h, w], steps }: ManifestCheck,
  { vision, text, tokens }: Qwen25VLConfig,
): void {
  const fail = (what: string) => {
    throw new BundleError({
      code: 'bad-check',
      message: `manifest.json: check: ${what}.`,
      action: 'Build the bundle again.',
      subject: 'manifest.json: check',
    })
  }
  const { spatialMergeSize } = vision
  if (t * h * w > maxPatches) fail(`more than ${maxPatches} patches`)
  if (h % spatialMergeSize !== 0 || w % spatialMergeSize !== 0) fail('the grid cannot be merged')
  if (steps.length === 0) fail('no steps')
  if (steps.reduce((sum, { ids }) => sum + ids.length, 0) > maxTokens) fail(`more than ${maxTokens} tokens`)
  const isId = (id: number) => id < text.vocabSize
  for (const [index, { ids, top, spread }] of steps.entries()) {
    if (ids.length === 0) fail('an empty step')
    const pads = ids.filter((id) => id === tokens.videoPad).length
    if (pads !== (index === 0 ? t * tokensPerTemporalPatch({ t, h, w }, vision) : 0))
      fail('a wrong count of video pads')
    for (const some of spread ? [top, spread] : [top]) {
      if (some.ids.length !== some.logits.length) fail('as many logits as ids are needed')
      if (!some.ids.every(isId)) fail('an id beyond the vocabulary')
    }
    if (spread && !(spread.deviation > 0)) fail('logits that are all the same')
    if (!ids.every(isId)) fail('an id beyond the vocabulary')
  }
}

/** Pseudo-random normalised pixel values, evenly spread over the range of real ones. */
function checkPixels(seed: number, count: number): Float32Array {
  const values = new Float32Array(count)
  let state = seed >>> 0
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    values[i] = (state / 2 ** 32) * 3.6 - 1.8
  }
  return values
}
