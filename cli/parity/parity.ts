import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildBundle } from '../../src/build/bundle.ts'
import { openBundle } from '../../src/engine/bundle.ts'
import type { ReplayAnswer, ReplayPrompt, ReplayRequest, ReplayResult } from '../../src/engine/replay.ts'
import type { Dtype } from '../../src/manifest/manifest.ts'
import {
  BicubicResizer,
  type Grid,
  PatchCutter,
  sequencePositions,
  smartResize,
  tokensPerTemporalPatch,
  videoBudget,
  videoTokens,
} from '../../src/qwen25vl/index.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { DirectoryFiles } from '../directory-files.ts'
import { DirectorySink } from '../directory-sink.ts'
import type { WeightOptions } from '../weight-options.ts'
import {
  type Closeness,
  compareFloats,
  compareTokens,
  PixelComparison,
  type TokenMatch,
  tokensAgree,
} from './compare.ts'
import { type ReferenceCase, readReferenceCase } from './reference-case.ts'
import { type ExecutionProvider, runReplay } from './runners.ts'

export interface ParityOptions {
  readonly checkpoint: string
  readonly case: string
  readonly dtype: Dtype
  readonly ep: ExecutionProvider
  readonly build?: WeightOptions
  readonly forbidCpuFallback?: boolean
  /** Leaves out the answers under a penalty and those to growing windows. */
  readonly turnsOnly?: boolean
}

/** How one engine's numbers stand against another's. */
export interface Comparison {
  readonly videoFeatures: Closeness
  /** One per turn. */
  readonly firstLogits: readonly Closeness[]
  readonly turns: readonly TokenMatch[]
  readonly growing: readonly (TokenMatch & { readonly temporalPatches: number })[]
  /** Answers under a repetition penalty, where the case has them. */
  readonly penalized: readonly TokenMatch[]
}

type Equality = 'equal' | 'different'

/** How the recipe's numbers, which no dtype changes, stand against the golden's. */
interface RecipeReport {
  readonly pixelValues: PixelComparison['result']
  readonly inputIds: Equality
  readonly positionIds: Equality
}

export type ParityReport = {
  readonly case: string
  readonly ep: ExecutionProvider
  readonly adapter: string
  readonly dtype: Dtype
  readonly ok: boolean
} & RecipeReport &
  (
    | ({ readonly against: 'golden' } & Comparison)
    | {
        readonly against: 'dequantized and golden'
        readonly dequantized: Comparison
        readonly golden: Comparison & RecipeReport
      }
  )

/** Largest absolute difference of features and logits that float32 arithmetic may show, by provider. */
const floatTolerance = { cpu: 2e-3, chromium: 5e-3, dawn: 5e-3 } as const
/** The same for float32 arithmetic on quantized weights against the same weights decoded. */
const quantizedTolerance = { cpu: 1e-3, chromium: 5e-3, dawn: 5e-3 } as const
/** What float16 arithmetic must reach. */
const leastCosine = 0.999

/**
 * Builds the checkpoint into a temporary folder, runs a reference case and compares. Every prompt is recomputed from
 * scratch; later turns take the reference's own answers as history, so that one flipped near tie does not hide the rest.
 */
export async function parity(options: ParityOptions): Promise<ParityReport> {
  const folder = await mkdtemp(join(tmpdir(), 'videmo-parity-'))
  try {
    const reference = await readReferenceCase(options.case)
    const build = async (name: string, dequantized: boolean) => {
      const out = join(folder, name)
      const files = new DirectoryFiles(options.checkpoint)
      try {
        await buildBundle(files, await DirectorySink.open(out), { ...options.build, dtype: options.dtype, dequantized })
      } finally {
        await files.close()
      }
      return out
    }
    const bundle = await build('bundle', false)
    const recipe = await prepareCase(bundle, reference, options.turnsOnly)
    const { adapter, result } = await runReplay(options.ep, {
      bundle,
      pixelValues: recipe.pixelValues,
      request: recipe.request,
      ...(options.forbidCpuFallback ? { forbidCpuFallback: true } : {}),
    })
    const golden = compareWithGolden(reference, recipe.prompts, result)
    const { pixelValues, inputIds, positionIds } = recipe.checks
    const head = {
      case: reference.name,
      ep: options.ep,
      adapter,
      dtype: options.dtype,
      pixelValues,
      inputIds,
      positionIds,
    }
    const recipeOk =
      pixelValues.equalShare >= 0.999 &&
      pixelValues.maxLevels <= 1 &&
      inputIds === 'equal' &&
      positionIds === 'equal' &&
      isAllFinite(golden)
    if (options.dtype === 'fp32') {
      const ok = recipeOk && isWithin(golden, floatTolerance[options.ep])
      return { ...head, against: 'golden', ...golden, ok }
    }
    if (options.dtype === 'fp16') return { ...head, against: 'golden', ...golden, ok: recipeOk && isAligned(golden) }
    const exact = await runReplay('cpu', {
      bundle: await build('dequantized', true),
      pixelValues: recipe.pixelValues,
      request: recipe.request,
    })
    const dequantized = compareAnswers(recipe.prompts, result, exact.result.features, exact.result.answers)
    const ok =
      options.dtype === 'q4f16' ? isAligned(dequantized) : isWithin(dequantized, quantizedTolerance[options.ep])
    const goldenBlock = { pixelValues, inputIds, positionIds, ...golden }
    return { ...head, against: 'dequantized and golden', dequantized, golden: goldenBlock, ok: recipeOk && ok }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What each prompt of the request is, in its order. */
type PromptKind =
  | { readonly kind: 'turn'; readonly turn: number }
  | { readonly kind: 'penalized'; readonly turn: number }
  | { readonly kind: 'growing'; readonly index: number; readonly temporalPatches: number }

export interface CaseRecipe {
  readonly pixelValues: Float32Array
  readonly request: ReplayRequest
  readonly prompts: readonly PromptKind[]
  readonly checks: RecipeReport
}

/** From the case's frames to pixels and prompts by our recipe, each checked against the golden on the way. */
export async function prepareCase(
  bundleFolder: string,
  reference: ReferenceCase,
  turnsOnly = false,
): Promise<CaseRecipe> {
  const { config, template } = await openBundle(new BundleDirectory(bundleFolder))
  const { golden, tensors, frames } = reference
  const [first] = frames
  const size = smartResize(first.height, first.width, videoBudget(config.vision, config.preprocessor))
  const resizer = new BicubicResizer(first, size)
  const resized = frames.map((frame) => resizer.resize(frame.data))
  const { pixelValues, grid } = new PatchCutter(config.vision, config.preprocessor).video(resized, size)

  const pixels = new PixelComparison()
  for (const [index, image] of reference.resized) pixels.addImage(resized[index], image.data)
  const [headRows, width] = tensors.shape('pixel_values_head')
  const head = tensors.floats('pixel_values_head')
  const tail = tensors.floats('pixel_values_tail')
  pixels.addPatches(pixelValues.subarray(0, headRows * width), head, width, config.preprocessor)
  pixels.addPatches(pixelValues.subarray(pixelValues.length - tail.length), tail, width, config.preprocessor)

  const firstLogits = tensors.floats('turn0.first_logits')
  const bannedIds = [...firstLogits.keys()].filter((id) => !Number.isFinite(firstLogits[id]))
  const prompts: ReplayPrompt[] = []
  const kinds: PromptKind[] = []
  let inputIds: Equality = sameGrid(grid, golden.grid_thw) ? 'equal' : 'different'
  let positionIds: Equality = 'equal'
  let ids = template.firstTurn({ videos: [videoTokens(grid, config.vision)], question: golden.turns[0].question })
  for (const [turn, { question, tokens, penalized }] of golden.turns.entries()) {
    if (turn > 0) ids = [...ids, ...template.nextTurn(question)]
    const { positions } = sequencePositions({ ids, videoPad: config.tokens.videoPad, grids: [grid] }, config.vision)
    if (!sameNumbers(ids, tensors.integers(`turn${turn}.input_ids`))) inputIds = 'different'
    if (!sameNumbers(positions, tensors.integers(`turn${turn}.position_ids`))) positionIds = 'different'
    prompts.push({ ids, temporalPatches: grid.t, steps: tokens.length })
    kinds.push({ kind: 'turn', turn })
    if (penalized && !turnsOnly) {
      const { repetition_penalty: repetitionPenalty } = penalized
      prompts.push({ ids, temporalPatches: grid.t, steps: penalized.tokens.length, repetitionPenalty })
      kinds.push({ kind: 'penalized', turn })
    }
    ids = [...ids, ...tokens]
  }
  // A growing window is asked the second question.
  const question = (golden.turns[1] ?? golden.turns[0]).question
  const growing = turnsOnly ? [] : golden.growing
  for (const [index, { temporal_patches: temporalPatches, tokens }] of growing.entries()) {
    const videos = [temporalPatches * tokensPerTemporalPatch(grid, config.vision)]
    prompts.push({ ids: template.firstTurn({ videos, question }), temporalPatches, steps: tokens.length })
    kinds.push({ kind: 'growing', index, temporalPatches })
  }
  return {
    pixelValues,
    request: { grid, bannedIds, prompts },
    prompts: kinds,
    checks: { pixelValues: pixels.result, inputIds, positionIds },
  }
}

function compareWithGolden(reference: ReferenceCase, kinds: readonly PromptKind[], result: ReplayResult): Comparison {
  const { golden, tensors } = reference
  // Only turns have golden logits; of other answers the tokens are compared.
  const answerTo = (each: PromptKind): ReplayAnswer | undefined => {
    if (each.kind === 'turn') {
      return { ...golden.turns[each.turn], firstLogits: tensors.floats(`turn${each.turn}.first_logits`) }
    }
    const given = each.kind === 'growing' ? golden.growing[each.index] : golden.turns[each.turn].penalized
    return given && { ...given, firstLogits: new Float32Array() }
  }
  const answers = kinds.map(answerTo)
  return compareAnswers(kinds, result, tensors.floats('video_features'), answers)
}

function compareAnswers(
  kinds: readonly PromptKind[],
  ours: ReplayResult,
  features: Float32Array,
  answers: readonly (ReplayAnswer | undefined)[],
): Comparison {
  const firstLogits: Closeness[] = []
  const turns: TokenMatch[] = []
  const penalized: TokenMatch[] = []
  const growing: (TokenMatch & { temporalPatches: number })[] = []
  for (const [i, each] of kinds.entries()) {
    const theirs = answers[i]
    if (!theirs) continue
    const match = compareTokens(ours.answers[i].tokens, theirs.tokens, theirs.margins)
    if (each.kind === 'turn') {
      turns.push(match)
      firstLogits.push(compareFloats(ours.answers[i].firstLogits, theirs.firstLogits))
    } else if (each.kind === 'penalized') penalized.push(match)
    else growing.push({ temporalPatches: each.temporalPatches, ...match })
  }
  return { videoFeatures: compareFloats(ours.features, features), firstLogits, turns, growing, penalized }
}

function closenesses({ videoFeatures, firstLogits }: Comparison): readonly Closeness[] {
  return [videoFeatures, ...firstLogits]
}

function isAllFinite(comparison: Comparison): boolean {
  return closenesses(comparison).every(({ notFinite }) => notFinite === 0)
}

function isWithin(comparison: Comparison, tolerance: number): boolean {
  const { turns, growing, penalized } = comparison
  return (
    isAllFinite(comparison) &&
    closenesses(comparison).every(({ maxAbs }) => maxAbs <= tolerance) &&
    [...turns, ...growing, ...penalized].every(tokensAgree)
  )
}

function isAligned(comparison: Comparison): boolean {
  return isAllFinite(comparison) && closenesses(comparison).every(({ cosine }) => cosine >= leastCosine)
}

function sameGrid(grid: Grid, [t, h, w]: readonly number[]): boolean {
  return grid.t === t && grid.h === h && grid.w === w
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
