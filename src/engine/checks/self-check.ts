import { BundleError, EngineError } from '../../base/errors.ts'
import type { ManifestCheck } from '../../manifest/manifest.ts'
import { type Qwen25VLConfig, sequencePositions, textPositions, tokensPerTemporalPatch } from '../../qwen25vl/index.ts'
import type { Runtime } from '../backends/runtime.ts'
import type { Bundle } from '../bundle.ts'
import { Decoder } from '../decoder.ts'
import { withDisposal } from '../disposal.ts'
import { VisionEncoder } from '../vision-encoder.ts'
import { type CheckInput, type CheckReport, type Closeness, judgeCheck, reasonOf } from './check-verdict.ts'

/** The loaded network that a check runs on; the check forks the decoder, so its KV cache is not touched. */
export interface CheckedModel {
  readonly vision: VisionEncoder
  readonly decoder: Decoder
}

/** The least number of tokens in the prefill: attention kernels have been wrong only with more than 32 queries. */
const minPrefill = 64
const checkGrid: [number, number, number] = [2, 8, 12]
const checkSeed = 1

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

/** Throws EngineError `bundle-wrong` when the check of a bundle found it wrong: its readings would be nonsense. */
export function refuseWrongBundle(report: CheckReport): void {
  if (report.verdict !== 'wrong') return
  throw new EngineError({
    code: 'bundle-wrong',
    message: `This device’s results differ from the bundle’s reference numbers. ${report.reason ?? ''}`.trim(),
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

/** Pseudo-random normalized pixel values, evenly spread over the range of real ones. */
function checkPixels(seed: number, count: number): Float32Array {
  const values = new Float32Array(count)
  let state = seed >>> 0
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    values[i] = (state / 2 ** 32) * 3.6 - 1.8
  }
  return values
}
