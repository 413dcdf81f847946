import { openBackend } from '../../src/engine/backends/open-backend.ts'
import type { Runtime } from '../../src/engine/backends/runtime.ts'
import type { Tensor } from '../../src/engine/backends/tensors.ts'
import type { Bundle } from '../../src/engine/bundle.ts'
import { Decoder } from '../../src/engine/decoder.ts'
import { greedyMargin } from '../../src/engine/logits-processors.ts'
import { VisionEncoder } from '../../src/engine/vision-encoder.ts'
import { type Grid, sequencePositions, textPositions, tokensPerTemporalPatch } from '../../src/qwen25vl/index.ts'
import { type LiveComparison, type LiveReplayRequest, replayLive } from './live-replay.ts'

/** A prompt to be answered greedily from an empty cache. */
export interface ReplayPrompt {
  readonly ids: readonly number[]
  /** How many of the clip's temporal patches the prompt shows, from the first on. */
  readonly temporalPatches: number
  /** Tokens to generate; an end-of-text token does not end them. */
  readonly steps: number
  /** Default: 1, which is off. */
  readonly repetitionPenalty?: number
}

/** A clip and prompts about it: what a parity case asks of an engine. */
export interface ReplayRequest {
  readonly grid: Grid
  readonly bannedIds: readonly number[]
  readonly prompts: readonly ReplayPrompt[]
  /** Slots of the KV cache. Default: as many as the longest prompt needs. */
  readonly capacity?: number
  /** Run the clip through live windows as well. */
  readonly live?: Omit<LiveReplayRequest, 'grid' | 'bannedIds'>
}

export interface ReplayAnswer {
  /** f32 [V] of the first step, before penalty and bans. */
  readonly firstLogits: Float32Array
  readonly tokens: readonly number[]
  /** Best minus second best logit of each step, after penalty and bans. */
  readonly margins: readonly number[]
}

export interface ReplayResult {
  /** f32 [t * h * w / merge^2, hidden] */
  readonly features: Float32Array
  readonly answers: readonly ReplayAnswer[]
  readonly live?: readonly LiveComparison[]
}

/** Runs a request through vision tower and decoder, each prompt from an empty cache. */
export async function replay(
  runtime: Runtime,
  bundle: Bundle,
  pixelValues: Float32Array,
  request: ReplayRequest,
): Promise<ReplayResult> {
  const encoder = await VisionEncoder.create(runtime, bundle)
  const features = await encoder.encode(pixelValues, request.grid)
  const answers: ReplayAnswer[] = []
  const penalties = [...new Set(request.prompts.map((prompt) => prompt.repetitionPenalty ?? 1))]
  const capacity = request.capacity ?? Math.max(...request.prompts.map(({ ids, steps }) => ids.length + steps))
  const decoders = new Map<number, Decoder>()
  for (const repetitionPenalty of penalties) {
    const options = { capacity, bannedIds: request.bannedIds, repetitionPenalty }
    const shared = decoders.values().next().value
    decoders.set(repetitionPenalty, shared ? shared.fork(options) : await Decoder.create(runtime, bundle, options))
  }
  for (const prompt of request.prompts) {
    const decoder = decoders.get(prompt.repetitionPenalty ?? 1)
    if (decoder) answers.push(await answer(runtime, bundle, decoder, features, request, prompt))
  }
  const values = (await features.getData()) as Float32Array
  features.dispose()
  await encoder.dispose()
  for (const decoder of decoders.values()) await decoder.dispose()
  const { grid, bannedIds } = request
  const live = request.live && (await replayLive(runtime, bundle, pixelValues, { ...request.live, grid, bannedIds }))
  return { features: values, answers, ...(live ? { live } : {}) }
}

async function answer(
  runtime: Runtime,
  bundle: Bundle,
  decoder: Decoder,
  features: Tensor,
  request: ReplayRequest,
  prompt: ReplayPrompt,
): Promise<ReplayAnswer> {
  const { config } = bundle
  const grid = { ...request.grid, t: prompt.temporalPatches }
  const rows = grid.t * tokensPerTemporalPatch(grid, config.vision)
  const { positions, cursor } = sequencePositions(
    { ids: prompt.ids, videoPad: config.tokens.videoPad, grids: [grid] },
    config.vision,
  )
  decoder.rollback(0)
  let pass = await decoder.run({
    ids: prompt.ids,
    positions,
    features: openBackend(runtime).viewRows(features, rows),
    withLogits: true,
  })
  const firstLogits = pass.logits ?? new Float32Array()
  const tokens = [pass.token]
  const margins = [greedyMargin(decoder.processLogits(firstLogits))]
  let at = cursor
  while (tokens.length < prompt.steps) {
    const step = textPositions(at, 1)
    at = step.cursor
    pass = await decoder.run({ ids: [tokens[tokens.length - 1]], positions: step.positions, withLogits: true })
    tokens.push(pass.token)
    margins.push(greedyMargin(decoder.processLogits(pass.logits ?? new Float32Array())))
  }
  return { firstLogits, tokens, margins }
}
