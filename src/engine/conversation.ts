import type { PositionCursor, TokenStream } from '../qwen25vl/index.ts'
import { textPositions } from '../qwen25vl/index.ts'
import type { Bundle } from './bundle.ts'
import type { Decoder, QueuedPass } from './decoder.ts'
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
}

/** One step of an answer: a token and the text it completes, which may be none yet. */
export interface AnswerToken {
  readonly id: number
  readonly text: string
}

export type FinishReason = 'end-of-text' | 'length' | 'context-full' | 'stopped'

/** What was measured while an answer was made. */
export interface AnswerFigures {
  readonly promptTokens: number
  /** From the question to the first token, ms. */
  readonly prefillMs: number
  readonly answerTokens: number
  /** All tokens after the first, ms. */
  readonly decodeMs: number
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
    const prompt = textPositions(this.cursor, ids.length)
    const started = performance.now()
    const steps = new Steps(decoder, { ids, positions: prompt.positions }, prompt.cursor, options)
    const promptEnd = decoder.length + ids.length
    let isAsked = false

    const answer: number[] = []
    const stream: TokenStream = bundle.tokenizer.stream({ skipSpecial: true })
    let text = ''
    let finish: FinishReason = 'stopped'
    let prefilled = started
    try {
      for (;;) {
        const id = await steps.next(maxTokens)
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
        this.cursor = textPositions(prompt.cursor, kept).cursor
        this.pending = answer.slice(kept)
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
    }
    return { ids: answer, text, finish, figures }
  }

  private turn(question: string): number[] {
    const { template } = this.bundle
    return this.turns++ === 0 ? template.closing(question) : template.nextTurn(question)
  }
}

/** The passes of one answer: a few handed to the device ahead, read one by one. */
class Steps {
  private readonly queued: QueuedPass[] = []
  private made = 0
  private readonly sampler: Sampler | undefined
  private chosen: number | undefined

  constructor(
    private readonly decoder: Decoder,
    private readonly prompt: { readonly ids: readonly number[]; readonly positions: Int32Array },
    private cursor: PositionCursor,
    private readonly options: AnswerOptions,
  ) {
    this.sampler = options.sampling && new Sampler(options.sampling)
  }

  /** Every pass that fits has been read. */
  get isFull(): boolean {
    return this.queued.length === 0 && this.decoder.length >= this.decoder.capacity
  }

  async next(maxTokens: number): Promise<number> {
    if (this.sampler) return this.sample(this.sampler)
    const { decoder, options } = this
    const inFlight = Math.max(1, options.stepsInFlight ?? 2)
    while (this.queued.length < inFlight && this.made < maxTokens && !options.signal?.aborted) {
      if (this.made > 0 && decoder.length >= decoder.capacity) break
      this.queued.push(this.made === 0 ? await decoder.enqueue(this.prompt) : await decoder.step(this.position()))
      this.made++
    }
    // Stopped before it began: one pass all the same, so that there is an answer to report.
    const pass = this.queued.shift() ?? (await decoder.enqueue(this.prompt))
    return pass.token
  }

  /** Waits for what the device still computes. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.queued.map(({ token }) => token))
    this.queued.length = 0
  }

  private async sample(sampler: Sampler): Promise<number> {
    const { decoder } = this
    const pass = this.chosen === undefined ? this.prompt : { ids: [this.chosen], positions: this.position() }
    const { logits } = await decoder.run({ ...pass, withLogits: true })
    this.chosen = logits ? sampler.choose(decoder.adjusted(logits)) : 0
    return this.chosen
  }

  private position(): Int32Array {
    const { positions, cursor } = textPositions(this.cursor, 1)
    this.cursor = cursor
    return positions
  }
}
