import type { Tensor } from 'onnxruntime-web'
import {
  type Grid,
  type PositionCursor,
  sequencePositions,
  sequenceStart,
  type TokenStream,
  textPositions,
  videoTokens,
} from '../qwen25vl/index.ts'
import type { Bundle } from './bundle.ts'
import type { Decoder } from './decoder.ts'

/** A clip as the language model sees it: features f32 [t * h * w / merge^2, hidden] and their grid. */
export interface EncodedClip {
  readonly features: Tensor
  readonly grid: Grid
}

export interface AnswerOptions {
  /** Default 256. */
  readonly maxTokens?: number
  readonly signal?: AbortSignal
  /** Answers go on after an end-of-text token; for comparisons of fixed length. */
  readonly ignoreEos?: boolean
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

/** Questions about one clip, answered greedily; each turn goes on where the last one ended, in the same cache. */
export class Conversation {
  private cursor: PositionCursor = sequenceStart
  /** The last answer's last token: chosen, but not in the cache yet. */
  private pending: number[] = []
  private turns = 0

  /** Starts afresh: the decoder's cache is emptied. */
  constructor(
    private readonly bundle: Bundle,
    private readonly decoder: Decoder,
    private readonly clip: EncodedClip,
  ) {
    decoder.rollback(0)
  }

  /**
   * Streams an answer, token by token; returns the whole of it. Breaking out of the loop, or aborting, ends the
   * answer after the token in hand; what was said stays in the conversation.
   * Throws EngineError `context-full` when not even the question fits.
   */
  async *ask(question: string, options: AnswerOptions = {}): AsyncGenerator<AnswerToken, Answer> {
    const { config, template, tokenizer } = this.bundle
    const { maxTokens = 256, signal } = options
    const isFirst = this.turns === 0
    const ids = isFirst
      ? template.firstTurn({ videos: [videoTokens(this.clip.grid, config.vision)], question })
      : [...this.pending, ...template.nextTurn(question)]
    const prompt = sequencePositions(
      { ids, videoPad: config.tokens.videoPad, grids: isFirst ? [this.clip.grid] : [] },
      config.vision,
      {},
      this.cursor,
    )
    const started = performance.now()
    let { token } = await this.decoder.run({
      ids,
      positions: prompt.positions,
      ...(isFirst ? { features: this.clip.features } : {}),
    })
    const prefilled = performance.now()
    this.turns++
    this.cursor = prompt.cursor
    this.pending = []

    const answer: number[] = []
    let text = ''
    let finish: FinishReason = 'stopped'
    const stream: TokenStream = tokenizer.stream({ skipSpecial: true })
    try {
      while (true) {
        if (!options.ignoreEos && config.generation.eosTokenIds.includes(token)) {
          finish = 'end-of-text'
          break
        }
        answer.push(token)
        this.pending = [token]
        const piece = stream.push(token)
        text += piece
        yield { id: token, text: piece }
        if (answer.length >= maxTokens) finish = 'length'
        else if (this.decoder.length >= this.decoder.capacity) finish = 'context-full'
        else if (!signal?.aborted) {
          const step = textPositions(this.cursor, 1)
          ;({ token } = await this.decoder.run({ ids: [token], positions: step.positions }))
          this.cursor = step.cursor
          this.pending = []
          continue
        }
        break
      }
    } finally {
      text += stream.end()
    }
    const figures = {
      promptTokens: ids.length,
      prefillMs: prefilled - started,
      answerTokens: answer.length,
      decodeMs: performance.now() - prefilled,
    }
    return { ids: answer, text, finish, figures }
  }
}
