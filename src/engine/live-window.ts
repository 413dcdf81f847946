import type { Tensor } from 'onnxruntime-web'
import { type Grid, type PositionCursor, sequencePositions, sequenceStart, videoTokens } from '../qwen25vl/index.ts'
import type { Runtime } from './backends/runtime.ts'
import { concatRows } from './backends/tensors.ts'
import type { Bundle } from './bundle.ts'
import { Conversation } from './conversation.ts'
import type { Decoder } from './decoder.ts'

/** What a pass over new tokens of a window cost. */
export interface PrefillFigures {
  readonly tokens: number
  readonly ms: number
}

/** The end of the video in the decoder's cache. */
export interface BranchPoint {
  readonly bundle: Bundle
  readonly decoder: Decoder
  /** Tokens of system prompt and video. */
  readonly start: number
  /** Positions go on from here. */
  readonly cursor: PositionCursor
}

/**
 * A video that grows pair by pair in the decoder's cache: system prompt and video so far. A new pair appends its own
 * tokens only, which is exact, since attention is causal and positions go on; questions are asked on a branch behind
 * the video, and forgotten by rolling back. When the window moves on, the encoded pairs stay and the cache does not:
 * positions and earlier pairs are baked into it.
 */
export class LiveWindow {
  /** Features of each pair, f32 [rows, hidden], oldest first; the window's own. */
  private readonly features: Tensor[] = []
  private readonly perPair: number
  private cursor: PositionCursor = sequenceStart
  /** Tokens of system prompt and video. */
  private videoEnd = 0

  /** @param grid of one pair of frames: t = 1, h and w in patches */
  constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly decoder: Decoder,
    readonly grid: Grid,
  ) {
    this.perPair = videoTokens({ ...grid, t: 1 }, bundle.config.vision)
    decoder.rollback(0)
  }

  /** Slots of the cache. */
  get capacity(): number {
    return this.decoder.capacity
  }

  /** Pairs of frames in the window. */
  get pairs(): number {
    return this.features.length
  }

  /**
   * Adds the newest pair; the branch, if any, is forgotten.
   *
   * @param features f32 [rows, hidden] of one pair; the window disposes of it
   * Throws EngineError `context-full`.
   */
  async append(features: Tensor): Promise<PrefillFigures> {
    this.features.push(features)
    return this.prefill([features])
  }

  /**
   * Adds the newest pair and drops all but `keep` of the older ones; what remains is prefilled afresh, in one pass.
   *
   * @param features f32 [rows, hidden] of one pair; the window disposes of it
   */
  async hop(keep: number, features: Tensor): Promise<PrefillFigures> {
    for (const dropped of this.features.splice(0, Math.max(0, this.features.length - keep))) dropped.dispose()
    this.features.push(features)
    this.decoder.rollback(0)
    this.videoEnd = 0
    this.cursor = sequenceStart
    return this.prefill(this.features)
  }

  /** A conversation about the video so far. The one before is forgotten. */
  branch(): Conversation {
    this.decoder.rollback(this.videoEnd)
    return new Conversation(this.bundle, this.decoder, this.cursor)
  }

  /**
   * The same over a cache of its own, which is made a copy of this one: meanwhile the video may grow or move on, and be
   * asked closed questions.
   *
   * @param decoder of the same weights and capacity
   */
  branchOn(decoder: Decoder): Conversation {
    this.decoder.rollback(this.videoEnd)
    decoder.copyFrom(this.decoder)
    return new Conversation(this.bundle, decoder, this.cursor)
  }

  /** Where a branch begins, for passes that leave nothing behind. The conversation before is forgotten. */
  branchPoint(): BranchPoint {
    const { bundle, decoder, videoEnd: start, cursor } = this
    decoder.rollback(start)
    return { bundle, decoder, start, cursor }
  }

  dispose(): void {
    for (const each of this.features.splice(0)) each.dispose()
    this.decoder.rollback(0)
  }

  private async prefill(pairs: readonly Tensor[]): Promise<PrefillFigures> {
    const { bundle, decoder, runtime } = this
    const started = performance.now()
    decoder.rollback(this.videoEnd)
    const { videoPad } = bundle.config.tokens
    const opening = this.videoEnd === 0 ? bundle.template.opening() : []
    const ids = [...opening, ...new Array<number>(pairs.length * this.perPair).fill(videoPad)]
    const grids = [{ ...this.grid, t: pairs.length }]
    const { positions, cursor } = sequencePositions({ ids, videoPad, grids }, bundle.config.vision, {}, this.cursor)
    const rows = concatRows(runtime, pairs)
    try {
      const { token } = await decoder.enqueue({ ids, positions, features: rows })
      await token
    } finally {
      if (rows !== pairs[0]) rows.dispose()
    }
    this.videoEnd = decoder.length
    this.cursor = cursor
    return { tokens: ids.length, ms: performance.now() - started }
  }
}
