import type { PositionCursor, TokenStream } from '../qwen25vl/index.ts'
import { textPositions } from '../qwen25vl/index.ts'
import type { AnswerFigures, FinishReason } from '../reading/events.ts'
import type { Bundle } from './bundle.ts'
import type { Decoder, QueuedPass } from './decoder.ts'
import { type Draft, DraftSource, type Drafts, mostDrafted } from './drafts.ts'
import { Sampler, type SamplingOptions } from './sampler.ts'

export interface AnswerOptions {
  /** Default 256. */
  readonly maxTokens?: number
  readonly signal?: AbortSignal
  /** Waited for before each token: how a reading is paused. */
  readonly gate?: () => Promise<void>
  /** Greedy where unsaid. */
  readonly sampling?: SamplingOptions
  /** Answers go on after an end-of-text token; for comparisons of fixed length. */
  readonly ignoreEos?: boolean
  /** Steps handed to the device before the oldest is read, at least 1. Default 2: the device never waits for us. */
  readonly stepsInFlight?: number
  /**
   * What the answer is drafted from; a pass then verifies several tokens at once, and chooses the same ones. A token a
   * pass where unsaid, and always where tokens are sampled.
   */
  readonly drafts?: Drafts
}

/** One step of an answer: a token and the text it completes, which may be none yet. */
export interface AnswerToken {
  readonly id: number
  readonly text: string
}

export interface Answer {
  readonly ids: readonly number[]
  readonly text: string
  readonly finish: FinishReason
  readonly figures: AnswerFigures
}

/**
 * Questions about a video that the decoder's cache holds, each going on where the last answer ended. It writes behind
 * the video only: rolling the decoder back to where it began forgets the conversation and nothing else.
 */
export class Conversation {
  /** Ids to put before the next question: turns that were recalled, and the last answer's last token. */
  private pending: number[] = []
  private turns = 0
  private cursor: PositionCursor
  /** Ids of all turns so far. */
  private readonly said: number[] = []

  /** @param start where the sequence stands after the video's last pad */
  constructor(
    private readonly bundle: Bundle,
    private readonly decoder: Decoder,
    start: PositionCursor,
  ) {
    this.cursor = start
  }

  /** Puts back a question and the answer it was given earlier; both are prefilled with the next question. */
  recall(question: string, answerIds: readonly number[]): void {
    this.pending.push(...this.turn(question), ...answerIds)
  }

  /**
   * Streams an answer, token by token; returns the whole of it. Breaking out of the loop, or aborting, ends the
   * generation after the current token; the conversation can go on afterwards.
   * Throws EngineError `context-full` when not even the question fits.
   */
  async *ask(question: string, options: AnswerOptions = {}): AsyncGenerator<AnswerToken, Answer> {
    const { decoder, bundle } = this
    const { maxTokens = 256, signal, gate, ignoreEos = false } = options
    const { eosTokenIds } = bundle.config.generation
    const before = { pending: this.pending, turns: this.turns }
    const ids = [...this.pending, ...this.turn(question)]
    const answerStart = textPositions(this.cursor, ids.length).cursor
    const started = performance.now()
    const steps = new Steps(decoder, ids, this.cursor, this.said, { ...options, maxTokens })
    const promptEnd = decoder.length + ids.length
    let isAsked = false

    const answer: number[] = []
    const stream: TokenStream = bundle.tokenizer.stream({ skipSpecial: true })
    let text = ''
    let finish: FinishReason = 'stopped'
    let prefilled = started
    try {
      for (;;) {
        const id = await steps.next()
        if (!isAsked) prefilled = performance.now()
        isAsked = true
        if (!ignoreEos && eosTokenIds.includes(id)) {
          finish = 'end-of-text'
          break
        }
        answer.push(id)
        const piece = stream.push(id)
        text += piece
        yield { id, text: piece }
        await gate?.()
        if (answer.length >= maxTokens) finish = 'length'
        else if (steps.isFull) finish = 'context-full'
        else if (!signal?.aborted) continue
        break
      }
    } finally {
      text += stream.end()
      await steps.settle()
      if (isAsked) {
        // The last token was chosen but never needed in the cache; steps queued behind it are forgotten.
        const kept = Math.max(0, answer.length - 1)
        decoder.rollback(promptEnd + kept)
        this.cursor = textPositions(answerStart, kept).cursor
        this.pending = answer.slice(kept)
        this.said.push(...ids, ...answer.slice(0, kept))
      } else {
        decoder.rollback(promptEnd - ids.length)
        this.pending = before.pending
        this.turns = before.turns
      }
    }
    const figures = {
      promptTokens: ids.length,
      prefillMs: prefilled - started,
      answerTokens: answer.length,
      decodeMs: performance.now() - prefilled,
      ...steps.figures,
    }
    return { ids: answer, text, finish, figures }
  }

  private turn(question: string): number[] {
    const { template } = this.bundle
    return this.turns++ === 0 ? template.closing(question) : template.nextTurn(question)
  }
}

/** The passes of one answer: verified drafts, or a few steps handed to the device ahead and read one by one. */
class Steps {
  passes = 0
  drafted = 0
  accepted = 0
  private readonly queued: QueuedPass[] = []
  /** Chosen, and not asked for yet. */
  private readonly ready: number[] = []
  private made = 0
  /** When the last pass was over. */
  private passedAt = 0
  private readonly sampler: Sampler | undefined
  private readonly source: DraftSource | undefined
  private last: number | undefined

  /**
   * @param prompt ids
   * @param cursor where the prompt begins
   * @param context ids of the conversation before the prompt
   */
  constructor(
    private readonly decoder: Decoder,
    private readonly prompt: readonly number[],
    private cursor: PositionCursor,
    context: readonly number[],
    private readonly options: AnswerOptions & Required<Pick<AnswerOptions, 'maxTokens'>>,
  ) {
    const { sampling, drafts } = options
    this.sampler = sampling && new Sampler(sampling)
    this.source = drafts && !sampling ? new DraftSource(drafts.likely, [...context, ...prompt]) : undefined
  }

  get figures(): Pick<AnswerFigures, 'passes' | 'drafted' | 'accepted'> {
    const { passes, drafted, accepted } = this
    return { passes, drafted, accepted }
  }

  /** Every pass that fits has been read. */
  get isFull(): boolean {
    return this.queued.length + this.ready.length === 0 && this.decoder.length >= this.decoder.capacity
  }

  async next(): Promise<number> {
    if (this.sampler) return this.sample(this.sampler)
    const known = this.ready.shift()
    if (known !== undefined) return known
    if (this.queued.length === 0 && (await this.verifyDraft())) return this.next()
    const { decoder, options } = this
    const inFlight = Math.max(1, options.stepsInFlight ?? 2)
    while (this.queued.length < inFlight && this.made < options.maxTokens && !options.signal?.aborted) {
      if (this.made > 0 && decoder.length >= decoder.capacity) break
      // What is queued has to be read before a draft can follow it.
      if (this.queued.length > 0 && this.draft()) break
      this.queued.push(await this.queue())
    }
    // Stopped before it began: one pass all the same, so that there is an answer to report.
    const pass = this.queued.shift() ?? (await this.queue())
    const token = await pass.token
    this.passes++
    this.take(token)
    return token
  }

  /** Waits for what the device still computes. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.queued.map(({ token }) => token))
    this.queued.length = 0
  }

  private async queue(): Promise<QueuedPass> {
    const { decoder } = this
    const isFirst = this.made++ === 0
    const queuedAt = performance.now()
    const pass = isFirst
      ? await decoder.enqueue({ ids: this.prompt, positions: this.advance(this.prompt.length) })
      : await decoder.step(this.advance(1))
    const measure = () => {
      const now = performance.now()
      // Passes wait for one another on the device.
      if (!isFirst) this.options.drafts?.pace.measured(0, now - Math.max(queuedAt, this.passedAt))
      this.passedAt = now
    }
    pass.token.then(measure, () => undefined)
    return pass
  }

  /** What to verify next, where that is faster than a step. */
  private draft(): { readonly draft: Draft; readonly length: number } | undefined {
    const { decoder, source, options, made } = this
    // The token after the last drafted one comes for nothing.
    const draft = source?.next(Math.min(mostDrafted, options.maxTokens - made - 1))
    if (!draft || !options.drafts || options.signal?.aborted) return undefined
    const room = decoder.capacity - decoder.length - (made === 0 ? this.prompt.length : 1)
    const length = options.drafts.pace.choose(draft, room)
    return length > 0 ? { draft, length } : undefined
  }

  /** One pass over what is known and what may follow; false where there is nothing to draft. */
  private async verifyDraft(): Promise<boolean> {
    const { decoder, options, last } = this
    const found = this.draft()
    if (!found || !options.drafts) return false
    const { draft, length } = found
    const { pace } = options.drafts
    const drafted = draft.ids.slice(0, length)
    const padded = [...drafted, ...new Array<number>(length - drafted.length).fill(drafted[0])]
    const ids = last === undefined ? this.prompt : [last]
    const startedAt = performance.now()
    const { positions } = textPositions(this.cursor, ids.length + length)
    const tokens = await decoder.verify({ ids, positions }, padded)
    const right = Math.min(tokens.length - 1, drafted.length)
    this.advance(ids.length + tokens.length - 1)
    this.passedAt = performance.now()
    if (last !== undefined) pace.measured(length, this.passedAt - startedAt)
    pace.verified(draft.footing, drafted.length, right)
    this.passes++
    this.drafted += drafted.length
    this.accepted += right
    this.made += tokens.length
    for (const token of tokens) this.take(token)
    this.ready.push(...tokens)
    return true
  }

  private take(token: number): void {
    this.last = token
    this.source?.push(token)
  }

  private async sample(sampler: Sampler): Promise<number> {
    const { decoder, last } = this
    const ids = last === undefined ? this.prompt : [last]
    const { logits } = await decoder.run({ ids, positions: this.advance(ids.length), withLogits: true })
    this.last = logits ? sampler.choose(decoder.adjusted(logits)) : 0
    this.passes++
    return this.last
  }

  /** Positions of the next tokens, int32 [3, count]. */
  private advance(count: number): Int32Array {
    const { positions, cursor } = textPositions(this.cursor, count)
    this.cursor = cursor
    return positions
  }
}
