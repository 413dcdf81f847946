import { type Grid, type PositionCursor, sequencePositions, sequenceStart, videoTokens } from '../qwen25vl/index.ts'
import type { Backend } from './backends/backend.ts'
import { openBackend } from './backends/open-backend.ts'
import type { Runtime } from './backends/runtime.ts'
import type { Tensor } from './backends/tensors.ts'
import type { Bundle } from './bundle.ts'
import { Conversation } from './conversation.ts'
import type { Decoder } from './decoder.ts'

/** The cost of prefilling a window's new tokens. */
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
  /** Position of the next token. */
  readonly cursor: PositionCursor
}

/**
 * The frames that the model sees, as a video that grows pair by pair in the decoder's KV cache, behind the system prompt.
 * A new pair appends only its own tokens, which is exact because attention is causal and positions continue. Questions
 * are asked on a branch behind the video and forgotten by a rollback. When the window moves on, the pairs that remain
 * keep their features, but the cache is prefilled afresh: its keys depend on positions and on the pairs before.
 */
export class LiveWindow {
  /** Features of each pair, f32 [rows, hidden], oldest first; the window disposes of them. */
  private readonly features: Tensor[] = []
  private readonly tokensPerPair: number
  private readonly backend: Backend
  private cursor: PositionCursor = sequenceStart
  /** Tokens of system prompt and video. */
  private videoEnd = 0

  /** @param grid of one pair of frames: t = 1, h and w in patches */
  constructor(
    runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly decoder: Decoder,
    readonly grid: Grid,
  ) {
    this.tokensPerPair = videoTokens({ ...grid, t: 1 }, bundle.config.vision)
    this.backend = openBackend(runtime)
    decoder.rollback(0)
  }

  /** Slots of the KV cache. */
  get capacity(): number {
    return this.decoder.capacity
  }

  /** Pairs of frames in the window. */
  get pairs(): number {
    return this.features.length
  }

  /**
   * Adds the newest pair; a conversation on the window is forgotten.
   *
   * @param features f32 [rows, hidden] of one pair; the window disposes of it
   * Throws EngineError `context-full`.
   */
  async append(features: Tensor): Promise<PrefillFigures> {
    this.features.push(features)
    return this.prefill([features])
  }

  /**
   * Moves the window on: drops all but `keep` of its pairs, adds the newest one and prefills all of them afresh.
   * Throws EngineError `context-full`.
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

  /** Begins a conversation about the video so far; the one before is forgotten. */
  branch(): Conversation {
    this.decoder.rollback(this.videoEnd)
    return new Conversation(this.bundle, this.decoder, this.cursor)
  }

  /**
   * Begins a conversation about the video so far on another decoder, whose cache becomes a copy of this one: meanwhile
   * this window may grow, move on, and be asked closed questions.
   *
   * @param decoder of the same model and capacity
   */
  branchOn(decoder: Decoder): Conversation {
    this.decoder.rollback(this.videoEnd)
    decoder.copyFrom(this.decoder)
    return new Conversation(this.bundle, decoder, this.cursor)
  }

  /** Where a branch begins, for passes that are rolled back afterwards. A conversation on the window is forgotten. */
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
    const { bundle, decoder, backend } = this
    const started = performance.now()
    decoder.rollback(this.videoEnd)
    const { videoPad } = bundle.config.tokens
    const opening = this.videoEnd === 0 ? bundle.template.opening() : []
    const ids = [...opening, ...new Array<number>(pairs.length * this.tokensPerPair).fill(videoPad)]
    const grids = [{ ...this.grid, t: pairs.length }]
    const { positions, cursor } = sequencePositions({ ids, videoPad, grids }, bundle.config.vision, {}, this.cursor)
    const rows = backend.concatRows(pairs)
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
