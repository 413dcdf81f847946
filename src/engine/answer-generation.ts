import type { PositionCursor } from '../qwen25vl/index.ts'
import { textPositions } from '../qwen25vl/index.ts'
import type { AnswerFigures } from '../reading/events.ts'
import type { Drafting } from './answer-history.ts'
import type { Decoder } from './decoder.ts'
import { type Draft, DraftGenerator, maxDraftTokens } from './draft-tokens.ts'
import type { QueuedPass } from './pass.ts'
import { Sampler, type SamplingOptions } from './sampler.ts'

export interface GenerationOptions {
  readonly maxTokens: number
  readonly signal?: AbortSignal
  /** Default: greedy. */
  readonly sampling?: SamplingOptions
  /** Decode steps handed to the device before the oldest is read, at least 1. Default 2: the device never waits for us. */
  readonly stepsInFlight?: number
  /** Default: no draft tokens. Sampled answers never have any. */
  readonly drafting?: Drafting
}

/** Where an answer's prompt begins: its position in the sequence, and the ids of the conversation before it. */
export interface PromptStart {
  readonly cursor: PositionCursor
  readonly context: readonly number[]
}

/**
 * Generates one answer token by token. The first pass prefills the prompt; every later pass is either a decode step,
 * several of which are queued ahead, or verifies draft tokens.
 */
export class AnswerGeneration {
  private passes = 0
  private drafted = 0
  private accepted = 0
  private readonly queued: QueuedPass[] = []
  /** Verified tokens that `next` has not returned yet. */
  private readonly verified: number[] = []
  /** Tokens that are known or queued. */
  private generated = 0
  /** When the last pass ended, ms. */
  private lastEndMs = 0
  private cursor: PositionCursor
  private readonly sampler: Sampler | undefined
  private readonly drafts: DraftGenerator | undefined
  private last: number | undefined

  /** @param prompt ids */
  constructor(
    private readonly decoder: Decoder,
    private readonly prompt: readonly number[],
    { cursor, context }: PromptStart,
    private readonly options: GenerationOptions,
  ) {
    const { sampling, drafting } = options
    this.cursor = cursor
    this.sampler = sampling && new Sampler(sampling)
    this.drafts =
      drafting && !sampling ? new DraftGenerator(drafting.previousAnswer, [...context, ...prompt]) : undefined
  }

  get figures(): Pick<AnswerFigures, 'passes' | 'drafted' | 'accepted'> {
    const { passes, drafted, accepted } = this
    return { passes, drafted, accepted }
  }

  /** Whether the KV cache is full and every token has been returned. */
  get isFull(): boolean {
    return this.queued.length + this.verified.length === 0 && this.decoder.length >= this.decoder.capacity
  }

  /** The next token. Throws EngineError `context-full` when not even the prompt fits. */
  async next(): Promise<number> {
    if (this.sampler) return this.sample(this.sampler)
    const known = this.verified.shift()
    if (known !== undefined) return known
    if (this.queued.length === 0 && (await this.verifyDraft())) return this.next()
    const { decoder, options } = this
    const inFlight = Math.max(1, options.stepsInFlight ?? 2)
    while (this.queued.length < inFlight && this.generated < options.maxTokens && !options.signal?.aborted) {
      if (this.generated > 0 && decoder.length >= decoder.capacity) break
      // A draft can follow only tokens that have been read.
      if (this.queued.length > 0 && this.chooseDraft()) break
      this.queued.push(await this.queue())
    }
    // An answer that was stopped before its first token runs one pass all the same, to have a token to report.
    const pass = this.queued.shift() ?? (await this.queue())
    const token = await pass.token
    this.passes++
    this.take(token)
    return token
  }

  /** Waits until the device has finished the queued steps; their failures are ignored. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.queued.map(({ token }) => token))
    this.queued.length = 0
  }

  /** Queues the prompt, or the next decode step. */
  private async queue(): Promise<QueuedPass> {
    const { decoder } = this
    const isPrompt = this.generated++ === 0
    const queuedMs = performance.now()
    const pass = isPrompt
      ? await decoder.enqueue({ ids: this.prompt, positions: this.advance(this.prompt.length) })
      : await decoder.step(this.advance(1))
    const measure = () => {
      const nowMs = performance.now()
      // The device runs one pass after the other, so a step's own time begins where the pass before it ended.
      const stepMs = nowMs - Math.max(queuedMs, this.lastEndMs)
      if (!isPrompt) this.options.drafting?.lengthPolicy.recordPass(0, stepMs)
      this.lastEndMs = nowMs
    }
    pass.token.then(measure, () => undefined)
    return pass
  }

  /** The draft for the next pass and its length with padding; undefined where a plain step is faster. */
  private chooseDraft(): { readonly draft: Draft; readonly length: number } | undefined {
    const { decoder, drafts, options, generated } = this
    // A pass yields one token more than it accepts of the draft.
    const draft = drafts?.next(Math.min(maxDraftTokens, options.maxTokens - generated - 1))
    if (!draft || !options.drafting || options.signal?.aborted) return undefined
    const room = decoder.capacity - decoder.length - (generated === 0 ? this.prompt.length : 1)
    const length = options.drafting.lengthPolicy.choose(draft, room)
    return length > 0 ? { draft, length } : undefined
  }

  /** Verifies a draft behind the prompt, or behind the last token; returns false where there is none. */
  private async verifyDraft(): Promise<boolean> {
    const { decoder, options, last } = this
    const chosen = this.chooseDraft()
    if (!chosen || !options.drafting) return false
    const { draft, length } = chosen
    const { lengthPolicy } = options.drafting
    const drafted = draft.ids.slice(0, length)
    const padded = [...drafted, ...new Array<number>(length - drafted.length).fill(drafted[0])]
    const ids = last === undefined ? this.prompt : [last]
    const startMs = performance.now()
    const { positions } = textPositions(this.cursor, ids.length + length)
    const tokens = await decoder.verify({ ids, positions }, padded)
    const accepted = Math.min(tokens.length - 1, drafted.length)
    this.advance(ids.length + tokens.length - 1)
    this.lastEndMs = performance.now()
    if (last !== undefined) lengthPolicy.recordPass(length, this.lastEndMs - startMs)
    lengthPolicy.recordAcceptance(draft.match, drafted.length, accepted)
    this.passes++
    this.drafted += drafted.length
    this.accepted += accepted
    this.generated += tokens.length
    for (const token of tokens) this.take(token)
    this.verified.push(...tokens)
    return true
  }

  private take(token: number): void {
    this.last = token
    this.drafts?.push(token)
  }

  private async sample(sampler: Sampler): Promise<number> {
    const { decoder, last } = this
    const ids = last === undefined ? this.prompt : [last]
    const { logits } = await decoder.run({ ids, positions: this.advance(ids.length), withLogits: true })
    this.last = logits ? sampler.choose(decoder.processLogits(logits)) : 0
    this.passes++
    return this.last
  }

  /** Positions of the next tokens: int32 [3, count]. */
  private advance(count: number): Int32Array {
    const { positions, cursor } = textPositions(this.cursor, count)
    this.cursor = cursor
    return positions
  }
}
