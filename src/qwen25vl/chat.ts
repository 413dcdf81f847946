import { ConfigError } from '../base/errors.ts'
import type { TokenIds } from './config.ts'
import type { Tokenizer } from './tokenizer.ts'

/** The system prompt VidEmo was trained with. */
export const defaultSystemPrompt = 'You are a helpful assistant.'

/** The first turn of a conversation. */
export interface FirstTurn {
  /** Default `You are a helpful assistant.` */
  readonly system?: string
  /** Tokens of each video (see `videoTokens`), in order; they stand before the question. */
  readonly videos: readonly number[]
  /** The user's text. Special tokens spelled in it stay text. */
  readonly question: string
}

/**
 * Qwen's chat template as token ids instead of a string: thousands of video pads need not be tokenized, and no text of a
 * user can imitate the template's special tokens.
 *
 * ```
 * <|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n<|vision_start|>{pads}<|vision_end|>{question}<|im_end|>\n
 * <|im_start|>assistant\n
 * ```
 *
 * A live window prefills `opening`, appends the video pads of each pair, and asks `closing` on a branch; all three together
 * are exactly `firstTurn`.
 *
 * @see Qwen2.5-VL `chat_template.json`
 */
export class ChatTemplate {
  readonly #tokenizer: Tokenizer
  readonly #tokens: TokenIds
  readonly #imStart: number
  readonly #imEnd: number

  /**
   * @throws CheckpointError `no-special-token` if the tokenizer lacks a token of the template
   * @throws ConfigError `token-ids` if config and tokenizer disagree about the vision tokens
   */
  constructor(tokenizer: Tokenizer, tokens: TokenIds) {
    this.#tokenizer = tokenizer
    this.#tokens = tokens
    this.#imStart = tokenizer.special('<|im_start|>')
    this.#imEnd = tokenizer.special('<|im_end|>')
    const named = [
      ['video_token_id', '<|video_pad|>', tokens.videoPad],
      ['image_token_id', '<|image_pad|>', tokens.imagePad],
      ['vision_start_token_id', '<|vision_start|>', tokens.visionStart],
      ['vision_end_token_id', '<|vision_end|>', tokens.visionEnd],
    ] as const
    for (const [field, content, id] of named) {
      const expected = tokenizer.special(content)
      if (expected === id) continue
      throw new ConfigError({
        code: 'token-ids',
        message: `config.json: ${field} is ${id}, but the tokenizer has ${content} at ${expected}.`,
        action: 'Use config.json and tokenizer.json of the same checkpoint.',
        subject: `config.json: ${field}`,
      })
    }
  }

  /** The whole first turn, up to the beginning of the answer. */
  firstTurn({ system, videos, question }: FirstTurn): number[] {
    // Without a video the question follows `user\n` directly, and the two are tokenized as one text.
    if (videos.length === 0) return [...this.#system(system), ...this.#user(question)]
    const { visionStart, videoPad, visionEnd } = this.#tokens
    const pads = videos.flatMap((count) => [visionStart, ...new Array<number>(count).fill(videoPad), visionEnd])
    return [...this.#openUser(system), ...pads, ...this.#encode(question), ...this.#answer()]
  }

  /** The first turn before its video: everything up to and with `<|vision_start|>`. */
  opening(system?: string): number[] {
    return [...this.#openUser(system), this.#tokens.visionStart]
  }

  /** The first turn after its video: `<|vision_end|>`, the question, and the beginning of the answer. */
  closing(question: string): number[] {
    return [this.#tokens.visionEnd, ...this.#encode(question), ...this.#answer()]
  }

  /**
   * Every later turn, to append to the tokens of an answer. It begins with `<|im_end|>\n`, which ends that answer: an
   * `<|im_end|>` that the model generated itself must not be kept before it.
   */
  nextTurn(question: string): number[] {
    return [this.#imEnd, ...this.#encode('\n'), ...this.#user(question)]
  }

  #system(system = defaultSystemPrompt): number[] {
    return [this.#imStart, ...this.#encode(`system\n${system}`), this.#imEnd, ...this.#encode('\n')]
  }

  #openUser(system?: string): number[] {
    return [...this.#system(system), this.#imStart, ...this.#encode('user\n')]
  }

  #user(question: string): number[] {
    return [this.#imStart, ...this.#encode(`user\n${question}`), ...this.#answer()]
  }

  #answer(): number[] {
    return [this.#imEnd, ...this.#encode('\n'), this.#imStart, ...this.#encode('assistant\n')]
  }

  #encode(text: string): number[] {
    return this.#tokenizer.encode(text)
  }
}
