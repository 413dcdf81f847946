import { openBundle } from '../../src/engine/bundle.ts'
import {
  BicubicResizer,
  type Grid,
  sequencePositions,
  smartResize,
  tokensPerTemporalPatch,
  videoBudget,
  videoPatches,
  videoTokens,
} from '../../src/qwen25vl/index.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { PixelComparison } from './compare.ts'
import type { PromptKind } from './judge.ts'
import type { ReferenceCase } from './reference-case.ts'
import type { ReplayPrompt, ReplayRequest } from './replay.ts'
import type { RecipeReport } from './report.ts'

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
  const { pixelValues, grid } = videoPatches(resized, size, config.vision, config.preprocessor)

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
  let inputIds: RecipeReport['inputIds'] = sameGrid(grid, golden.grid_thw) ? 'equal' : 'different'
  let positionIds: RecipeReport['positionIds'] = 'equal'
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

function sameGrid(grid: Grid, [t, h, w]: readonly number[]): boolean {
  return grid.t === t && grid.h === h && grid.w === w
}

function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
