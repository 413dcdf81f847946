import type { Tensor } from 'onnxruntime-web'
import { EngineError } from '../errors.ts'
import {
  BicubicResizer,
  type FrameSize,
  type Grid,
  gridOf,
  PatchCutter,
  smartResize,
  tokensPerTemporalPatch,
  videoBudget,
  videoTokens,
} from '../qwen25vl/index.ts'
import type { Bundle } from './bundle.ts'
import { type Answer, Conversation, type EncodedClip } from './conversation.ts'
import type { Decoder } from './decoder.ts'
import type { Runtime } from './runtime.ts'
import type { VisionEncoder } from './vision-encoder.ts'

/** A frame as a source gives it. */
export interface SourceFrame {
  readonly width: number
  readonly height: number
  /** uint8 [height, width, 4] */
  readonly rgba: Uint8ClampedArray
}

export interface Question<Id extends string = string> {
  readonly id: Id
  readonly prompt: string
}

export interface ReadingOptions {
  /** Tokens of each answer at most. */
  readonly maxTokens: number
  readonly signal?: AbortSignal
}

/** What happens while frames are encoded. */
export interface EncodingEvents {
  /** A frame at the model's resolution: uint8 [height, width, 3]. */
  readonly onFrame?: (index: number, rgb: Uint8Array, size: FrameSize) => void
  readonly onPair?: (pair: EncodedPair) => void
}

export interface EncodedPair {
  readonly index: number
  readonly of: number
  readonly ms: number
}

export type AnswerEvent<Id extends string> =
  | { readonly type: 'stage'; readonly id: Id }
  | { readonly type: 'token'; readonly id: Id; readonly tokenId: number; readonly text: string }
  | { readonly type: 'answer'; readonly id: Id; readonly answer: Answer }

/**
 * Ids that must never be answered: special tokens that do not end the text, and ids past the tokenizer's last, with
 * which models pad their vocabulary.
 */
export function bannedIds({ config, tokenizer }: Pick<Bundle, 'config' | 'tokenizer'>): number[] {
  const { eosTokenIds } = config.generation
  const banned = tokenizer.specialIds.filter((id) => !eosTokenIds.includes(id))
  for (let id = config.text.vocabSize - 1; id >= 0 && tokenizer.decode([id]) === ''; id--) banned.push(id)
  return banned
}

/** Slots of the KV cache that a clip and its questions can take at most. */
export function slotsFor(bundle: Bundle, grid: Grid, questions: readonly Question[], maxTokens: number): number {
  const [first, ...others] = questions
  const videos = [videoTokens(grid, bundle.config.vision)]
  let slots = first ? bundle.template.firstTurn({ videos, question: first.prompt }).length + maxTokens : 0
  for (const { prompt } of others) slots += bundle.template.nextTurn(prompt).length + maxTokens
  return slots
}

/**
 * Encodes a clip pair by pair, as its frames arrive: pairs never look at each other, a stop waits for one pair at
 * most, and the GPU is free for the page in between. Dispose of the features.
 *
 * @param count how many frames will come
 * Throws EngineError `frame-count`, CaptureError, or the reason of an abort.
 */
export async function encodeClip(
  runtime: Runtime,
  bundle: Bundle,
  encoder: VisionEncoder,
  frames: AsyncIterable<SourceFrame> | Iterable<SourceFrame>,
  count: number,
  options: EncodingEvents & { readonly signal?: AbortSignal } = {},
): Promise<EncodedClip> {
  const { vision, preprocessor } = bundle.config
  const cutter = new PatchCutter(vision, preprocessor)
  const per = vision.temporalPatchSize
  let size: FrameSize | undefined
  let resizer: BicubicResizer | undefined
  let features: FeatureRows | undefined
  let grid: Grid | undefined
  let group: Uint8Array[] = []
  let index = 0
  try {
    for await (const frame of frames) {
      options.signal?.throwIfAborted()
      size ??= smartResize(frame.height, frame.width, videoBudget(vision, preprocessor))
      if (resizer?.source.width !== frame.width || resizer.source.height !== frame.height) {
        resizer = new BicubicResizer({ width: frame.width, height: frame.height }, size)
      }
      const rgb = resizer.resize(frame.rgba)
      options.onFrame?.(index, rgb, size)
      group.push(rgb)
      index++
      if (group.length < per) continue
      grid ??= gridOf(count, size, vision)
      features ??= featureRows(runtime, grid, tokensPerTemporalPatch(grid, vision), vision.outHiddenSize)
      const pair = index / per - 1
      const started = performance.now()
      const rows = await encoder.encode(cutter.pair(group, size), { ...grid, t: 1 })
      await features.put(pair, rows)
      options.onPair?.({ index: pair, of: grid.t, ms: performance.now() - started })
      group = []
    }
    options.signal?.throwIfAborted()
    if (!grid || !features || index !== count || group.length > 0) {
      throw new EngineError({
        code: 'frame-count',
        message: `${index} frames came where ${count} were announced.`,
        action: 'Start the reading again; if it persists, report it.',
        recoverable: true,
      })
    }
    return { features: features.tensor(), grid }
  } catch (error) {
    features?.dispose()
    throw error
  }
}

/** Asks the questions in turn, in one conversation. A stop ends it within one token; the answer so far is reported. */
export async function* answerAll<Id extends string>(
  bundle: Bundle,
  decoder: Decoder,
  clip: EncodedClip,
  questions: readonly Question<Id>[],
  { maxTokens, signal }: ReadingOptions,
): AsyncGenerator<AnswerEvent<Id>> {
  const conversation = new Conversation(bundle, decoder, clip)
  for (const { id, prompt } of questions) {
    if (signal?.aborted) return
    yield { type: 'stage', id }
    const answer = conversation.ask(prompt, { maxTokens, ...(signal ? { signal } : {}) })
    let step = await answer.next()
    while (!step.done) {
      yield { type: 'token', id, tokenId: step.value.id, text: step.value.text }
      step = await answer.next()
    }
    yield { type: 'answer', id, answer: step.value }
  }
}

/** A clip's features, gathered pair by pair where the decoder will read them. */
interface FeatureRows {
  /** Takes one pair's features, and waits until they are computed. */
  put(pair: number, rows: Tensor): Promise<void>
  tensor(): Tensor
  dispose(): void
}

function featureRows(runtime: Runtime, grid: Grid, rowsPerPair: number, hidden: number): FeatureRows {
  const dims = [grid.t * rowsPerPair, hidden]
  const valuesPerPair = rowsPerPair * hidden
  if (runtime.provider === 'cpu') {
    const values = new Float32Array(grid.t * valuesPerPair)
    return {
      put: async (pair, rows) => {
        values.set((await rows.getData()) as Float32Array, pair * valuesPerPair)
        rows.dispose()
      },
      tensor: () => new runtime.ort.Tensor('float32', values, dims),
      dispose: () => undefined,
    }
  }
  const { device, ort } = runtime
  const bytesPerPair = valuesPerPair * 4
  const buffer = device.createBuffer({
    size: grid.t * bytesPerPair,
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
  })
  return {
    put: async (pair, rows) => {
      const commands = device.createCommandEncoder()
      commands.copyBufferToBuffer(rows.gpuBuffer as unknown as GPUBuffer, 0, buffer, pair * bytesPerPair, bytesPerPair)
      device.queue.submit([commands.finish()])
      await device.queue.onSubmittedWorkDone()
      rows.dispose()
    },
    tensor: () => ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims, dispose: () => buffer.destroy() }),
    dispose: () => buffer.destroy(),
  }
}
