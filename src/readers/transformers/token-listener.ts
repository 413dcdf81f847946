import { type PreTrainedTokenizer, TextStreamer } from '@huggingface/transformers'

/** Takes the tokens of one answer as `generate` makes them, and when each came. */
export class TokenListener extends TextStreamer {
  /** Of the answer, without the token that ended it. */
  readonly ids: number[] = []
  text = ''
  /** Whether the model ended the answer by itself. */
  isEnded = false
  firstMs: number | undefined
  private isPromptOver = false

  /**
   * @param endIds ids that end an answer
   * @param onToken told of each id and the text it completes, which may be none yet
   */
  constructor(
    tokenizer: PreTrainedTokenizer,
    private readonly endIds: readonly number[],
    private readonly onToken: (id: number, text: string) => void,
  ) {
    super(tokenizer)
  }

  /** The prompt comes first, all at once. */
  override put(value: bigint[][]): void {
    if (this.isPromptOver) for (const id of value[0]) this.take(Number(id))
    this.isPromptOver = true
  }

  override end(): void {
    this.say(this.decoded())
  }

  private take(id: number): void {
    this.firstMs ??= performance.now()
    this.isEnded = this.endIds.includes(id)
    if (this.isEnded) return
    this.ids.push(id)
    const decoded = this.decoded()
    // A character may be of several tokens; until the last of them it decodes to a replacement character.
    const piece = decoded.endsWith('\uFFFD') ? '' : this.say(decoded)
    this.onToken(id, piece)
  }

  private say(decoded: string): string {
    const piece = decoded.slice(this.text.length)
    this.text = decoded
    return piece
  }

  private decoded(): string {
    // The tokenizer throws where there is nothing to decode: an answer may end with its first token.
    return this.ids.length === 0 ? '' : this.tokenizer.decode(this.ids, { skip_special_tokens: true })
  }
}
