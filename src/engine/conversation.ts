import type { PositionCursor, TokenStream } from '../qwen25vl/index.ts'
import { textPositions } from '../qwen25vl/index.ts'
import type { AnswerFigures, FinishReason } from '../reading/events.ts'
import { AnswerGeneration, type GenerationOptions } from './answer-generation.ts'
import type { Bundle } from './bundle.ts'
import type { Decoder } from './decoder.ts'

export interface AnswerOptions extends Omit<GenerationOptions, 'maxTokens'> {
  /** Default 256. */
  readonly maxTokens?: number
  /** Waited for after each token: a reading is paused by a promise that does not resolve. */
  readonly gate?: () => Promise<void>
  /** Answers go on after an end-of-text token; for comparisons of fixed length. */
  readonly ignoreEos?: boolean
}

/** A token of an answer, and the text that it completes: empty while a character's bytes are incomplete. */
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
 * Questions about a video that is in the decoder's KV cache, each asked where the last answer ended. All tokens are
 * appended behind the video: rolling the decoder back to the end of the video forgets the conversation and nothing else.
 */
export class Conversation {
  /** Ids that are not in the cache yet: recalled turns, and the last token of the last answer. */
  private pending: number[] = []
  private turns = 0
  private cursor: PositionCursor
  /** Ids of all turns in the cache. */
  private readonly history: number[] = []

  /** @param start position after the video's last pad */
  constructor(
    private readonly bundle: Bundle,
    private readonly decoder: Decoder,
    start: PositionCursor,
  ) {
    this.cursor = start
  }

  /**
   * Adds a question that was asked earlier, or whose answer is known, and that answer; both are prefilled together with
   * the next question.
   */
  recall(question: string, answer: readonly number[] | string): void {
    const ids = typeof answer === 'string' ? this.bundle.tokenizer.encode(answer) : answer
    this.pending.push(...this.turn(question), ...ids)
  }

  /**
   * Asks a question; yields the answer token by token and returns all of it. Breaking out of the loop, or aborting, ends
   * the answer after the current token; another question can be asked afterwards.
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
    const start = { cursor: this.cursor, context: this.history }
    const generation = new AnswerGeneration(decoder, ids, start, { ...options, maxTokens })
    const promptEnd = decoder.length + ids.length
    let hasPrompt = false

    const answer: number[] = []
    const stream: TokenStream = bundle.tokenizer.stream({ skipSpecial: true })
    let text = ''
    let finish: FinishReason = 'stopped'
    let prefilled = started
    try {
      for (;;) {
        const id = await generation.next()
        if (!hasPrompt) prefilled = performance.now()
        hasPrompt = true
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
        else if (generation.isFull) finish = 'context-full'
        else if (!signal?.aborted) continue
        break
      }
    } finally {
      text += stream.end()
      await generation.settle()
      if (hasPrompt) {
        // The last token is not in the cache: the next prompt begins with it. Steps queued behind it are rolled back.
        const kept = Math.max(0, answer.length - 1)
        decoder.rollback(promptEnd + kept)
        this.cursor = textPositions(answerStart, kept).cursor
        this.pending = answer.slice(kept)
        this.history.push(...ids, ...answer.slice(0, kept))
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
      ...generation.figures,
    }
    return { ids: answer, text, finish, figures }
  }

  private turn(question: string): number[] {
    const { template } = this.bundle
    return this.turns++ === 0 ? template.closing(question) : template.nextTurn(question)
  }
}
