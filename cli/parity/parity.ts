import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildBundle } from '../../src/build/build.ts'
import { DirectoryFiles } from '../directory-files.ts'
import { DirectorySink } from '../directory-sink.ts'
import { prepareCase } from './case-recipe.ts'
import {
  compareAnswers,
  floatTolerance,
  isAligned,
  isAllFinite,
  isWithin,
  type PromptKind,
  quantizedTolerance,
} from './judge.ts'
import { type ReferenceCase, readReferenceCase } from './reference-case.ts'
import type { ReplayAnswer, ReplayResult } from './replay.ts'
import type { Comparison, ParityOptions, ParityReport } from './report.ts'
import { runReplay } from './runners.ts'

/**
 * Builds the checkpoint into a temporary folder, runs a reference case and compares. Every prompt is recomputed from
 * scratch; later turns take the reference's own answers as history, so that one flipped near tie does not hide the rest.
 *
 * @throws CheckpointError for a checkpoint or a case that is missing or damaged; BuildError as `build`; EngineError
 *   `no-adapter` where WebGPU was asked for and there is none; VidemoError `needs-repository` for `chromium` and `dawn` in
 *   the installed package
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
