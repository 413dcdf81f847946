import type { ManifestCheck } from '../manifest/manifest.ts'
import { sequencePositions, textPositions, tokensPerTemporalPatch } from '../qwen25vl/index.ts'
import type { Bundle } from './bundle.ts'
import { Decoder } from './decoder.ts'
import type { Runtime } from './runtime.ts'
import { VisionEncoder } from './vision-encoder.ts'

/** What a check computes: a prefill with video rows, an append onto it, one decode step. */
export type CheckInput = Pick<ManifestCheck, 'grid' | 'seed'> & {
  readonly steps: readonly { readonly name: string; readonly ids: readonly number[] }[]
}

/** Fewest tokens in the prefill: attention kernels have gone wrong beyond 32 queries, and only there. */
const leastPrefill = 64
const checkGrid: [number, number, number] = [2, 8, 12]
const checkSeed = 1

/** The fixed input for a bundle, made of its own vocabulary. */
export function checkInput({ config, template, tokenizer }: Bundle): CheckInput {
  const [t, h, w] = checkGrid
  const videoTokens = t * tokensPerTemporalPatch({ t, h, w }, config.vision)
  const text = tokenizer.encode('Describe the face: hair, eyes, brows, mouth, and how they move. ')
  let question = 'Look.'
  while (template.closing(question).length < leastPrefill - videoTokens) question += ' Look again.'
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

/** Runs a check's steps; the logits f32 [V] after each. */
export async function runCheck(runtime: Runtime, bundle: Bundle, input: CheckInput): Promise<Float32Array[]> {
  const { config } = bundle
  const [t, h, w] = input.grid
  const grid = { t, h, w }
  const { patchSize, temporalPatchSize, inChannels } = config.vision
  const encoder = await VisionEncoder.create(runtime, bundle)
  const features = await encoder.encode(
    checkPixels(input.seed, t * h * w * inChannels * temporalPatchSize * patchSize ** 2),
    grid,
  )
  const capacity = input.steps.reduce((sum, { ids }) => sum + ids.length, 0)
  const decoder = await Decoder.create(runtime, bundle, { capacity, repetitionPenalty: 1 })
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
    await encoder.dispose()
    await decoder.dispose()
  }
}

/** The highest logits, for a manifest. */
export function topLogits(logits: Float32Array, count = 16): { ids: number[]; logits: number[] } {
  const ids = [...logits.keys()].sort((a, b) => logits[b] - logits[a]).slice(0, count)
  return { ids, logits: ids.map((id) => logits[id]) }
}

/** Normalised pixel values of no picture at all, evenly spread over the range of real ones. */
function checkPixels(seed: number, count: number): Float32Array {
  const values = new Float32Array(count)
  let state = seed >>> 0
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    values[i] = (state / 2 ** 32) * 3.6 - 1.8
  }
  return values
}
