import type { Stage, StageId } from '../../src/affect/stages.ts'
import { openBackend } from '../../src/engine/backends/open-backend.ts'
import type { Runtime } from '../../src/engine/backends/runtime.ts'
import type { Bundle } from '../../src/engine/bundle.ts'
import { Decoder } from '../../src/engine/decoder.ts'
import { type EncodedPair, FrameEncoder, type SourceFrame } from '../../src/engine/frame-encoder.ts'
import { LiveWindow } from '../../src/engine/live-window.ts'
import { bannedIds, readUpdate, type StandingAnswers, slotsFor } from '../../src/engine/update.ts'
import { VisionEncoder } from '../../src/engine/vision-encoder.ts'
import { sequencePositions, videoTokens } from '../../src/qwen25vl/index.ts'
import { type Fault, faultyDecoder, faultyFrame, faultyVision } from './faults.ts'

export interface ReaderOptions {
  readonly stages: readonly Stage[]
  /** Of an answer, at most. */
  readonly maxTokens: number
  readonly fault?: Fault
}

export type StageAnswers = Partial<
  Record<StageId, { readonly ids: readonly number[]; readonly text: string; readonly isCut: boolean }>
>

/** Whether a preset asks what moves, and for reasons: one with options for the expression has neither. */
export function asksOfMotions(stages: readonly Stage[]): boolean {
  return stages.some(({ id, labels }) => id === 'expression' && labels === undefined)
}

/** Reads clips as the page does: pair by pair into a live window, then stage by stage in one conversation. */
export class ClipReader {
  private readonly stages: readonly Stage[]
  private readonly maxTokens: number
  private readonly fault: Fault
  private readonly encoder: FrameEncoder
  private decoder: Decoder | undefined

  private constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly vision: VisionEncoder,
    private readonly weights: Decoder,
    { stages, maxTokens, fault = 'none' }: ReaderOptions,
  ) {
    this.stages = stages
    this.maxTokens = maxTokens
    this.fault = fault
    this.encoder = new FrameEncoder(runtime, bundle, faultyVision(fault, vision, bundle.config.vision))
  }

  static async open(runtime: Runtime, bundle: Bundle, options: ReaderOptions): Promise<ClipReader> {
    const vision = await VisionEncoder.create(runtime, bundle)
    const weights = await Decoder.create(runtime, bundle, { capacity: 1 })
    return new ClipReader(runtime, bundle, vision, weights, options)
  }

  get asksOfMotions(): boolean {
    return asksOfMotions(this.stages)
  }

  async close(): Promise<void> {
    await this.decoder?.dispose()
    await this.weights.dispose()
    await this.vision.dispose()
  }

  /**
   * @param frames an even number, all of one size, and equally many each time
   * @param upTo the last stage to ask
   */
  async read(frames: readonly SourceFrame[], upTo: StageId = 'emotion'): Promise<StageAnswers> {
    const { maxTokens } = this
    const window = await this.windowOf(frames)
    const last = this.stages.findIndex(({ id }) => id === upTo)
    const answers: StageAnswers = {}
    const standing: StandingAnswers<StageId> = new Map()
    for await (const event of readUpdate(window, this.stages.slice(0, last + 1), standing, { maxTokens })) {
      if (event.type !== 'answer') continue
      const { ids, text, finish } = event.answer
      answers[event.id] = { ids, text, isCut: finish !== 'end-of-text' }
    }
    window.dispose()
    return answers
  }

  /**
   * By how many logits another engine's token misses this one's best, after everything else that the other said.
   *
   * @param step of the stage's answer; one past its end stands for the end of text
   */
  async shortfall(frames: readonly SourceFrame[], said: StageAnswers, stage: StageId, step: number): Promise<number> {
    const { runtime, bundle } = this
    const { template, config } = bundle
    const pairs = await this.encode(frames)
    const grids = [{ ...pairs[0].grid, t: pairs.length }]
    const videos = [videoTokens(grids[0], config.vision)]
    const ids: number[] = []
    for (const { id, prompt } of this.stages) {
      ids.push(...(ids.length === 0 ? template.firstTurn({ videos, question: prompt }) : template.nextTurn(prompt)))
      const answer = said[id]?.ids ?? []
      ids.push(...(id === stage ? answer.slice(0, step) : answer))
      if (id === stage) break
    }
    const { positions } = sequencePositions({ ids, videoPad: config.tokens.videoPad, grids }, config.vision)
    const features = openBackend(runtime).concatRows(pairs.map((pair) => pair.features))
    const decoder = this.weights.fork({ capacity: ids.length, bannedIds: bannedIds(bundle) })
    try {
      const { logits = new Float32Array() } = await decoder.run({ ids, positions, features, withLogits: true })
      const adjusted = decoder.processLogits(logits)
      const chosen = said[stage]?.ids[step]
      const ends = config.generation.eosTokenIds.map((id) => adjusted[id])
      return Math.max(...adjusted) - (chosen === undefined ? Math.max(...ends) : adjusted[chosen])
    } finally {
      await decoder.dispose()
    }
  }

  private async encode(frames: readonly SourceFrame[]): Promise<EncodedPair[]> {
    const seen = frames.map((frame) => faultyFrame(this.fault, frame))
    const pairs: EncodedPair[] = []
    for (let at = 0; at < seen.length; at += 2) pairs.push(await this.encoder.encode(seen.slice(at, at + 2)))
    return pairs
  }

  /** A window with all the frames, over a cache that is kept for the next clip. */
  private async windowOf(frames: readonly SourceFrame[]): Promise<LiveWindow> {
    const { runtime, bundle, stages, maxTokens } = this
    const pairs = await this.encode(frames)
    const [{ grid }] = pairs
    const size = { pairs: pairs.length, tokensPerPair: videoTokens(grid, bundle.config.vision) }
    this.decoder ??= this.weights.fork({
      capacity: slotsFor(bundle, size, stages, maxTokens),
      bannedIds: bannedIds(bundle),
    })
    const window = new LiveWindow(runtime, bundle, faultyDecoder(this.fault, this.decoder), grid)
    for (const { features } of pairs) await window.append(features)
    return window
  }
}
