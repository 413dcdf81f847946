/** The most draft tokens of one verification pass: with the token before them, 16 rows. */
export const maxDraftTokens = 15

/** How well the end of the answer matches the place that a draft continues from. */
export type MatchStrength = 'strong' | 'weak'

export interface Draft {
  /** Proposed next tokens, at least one. */
  readonly ids: readonly number[]
  readonly match: MatchStrength
}

/** Matches are measured up to this many tokens. */
const maxMatch = 16
/** Matching tokens of a strong match; text other than the previous answer is drafted from only at this strength. */
const strongMatch = 3

/**
 * Proposes draft tokens without a draft model: the continuation of the previous answer to the same question; where the
 * answer has left it, the continuation of the longest suffix of the answer that occurs earlier in the conversation, which
 * is prompt lookup decoding (Saxena 2023, https://github.com/apoorvumang/prompt-lookup-decoding).
 */
export class DraftGenerator {
  private readonly answer: number[] = []
  /** Index into the previous answer where the next token is expected, and how many tokens before it match. */
  private expected = 0
  private matching = maxMatch

  /**
   * @param previousAnswer to the same question; empty if there is none
   * @param context ids of the conversation up to the answer, question included
   */
  constructor(
    private readonly previousAnswer: readonly number[],
    private readonly context: readonly number[],
  ) {}

  /** Adds the next token of the answer. */
  push(id: number): void {
    const { answer, previousAnswer } = this
    answer.push(id)
    if (previousAnswer[this.expected] === id) {
      this.expected++
      this.matching = Math.min(maxMatch, this.matching + 1)
      return
    }
    // The two answers differ here: continue where the answer's last tokens occur in the previous one, nearest to where it
    // was left. If they occur nowhere, the new token has probably replaced one.
    const found = findSuffix(previousAnswer, answer, this.expected, previousAnswer.length)
    this.expected = found?.end ?? this.expected + 1
    this.matching = found?.length ?? 0
  }

  /** A draft of at most `count` tokens; undefined if there is nothing to propose. */
  next(count: number): Draft | undefined {
    if (count < 1) return undefined
    const { previousAnswer, context, answer } = this
    const continuation = previousAnswer.slice(this.expected, this.expected + count)
    if (continuation.length > 0 && this.matching >= strongMatch) return { ids: continuation, match: 'strong' }
    const text = [...context, ...answer]
    const found = findSuffix(text, answer, text.length, text.length - 1)
    if (found && found.length >= strongMatch) {
      return { ids: text.slice(found.end, found.end + count), match: 'strong' }
    }
    return continuation.length > 0 ? { ids: continuation, match: 'weak' } : undefined
  }
}

/**
 * Finds the longest suffix of `answer`, of up to `maxMatch` tokens, in `text`; of several equally long ones the one whose
 * end is nearest to `near`.
 *
 * @param lastEnd the highest end that counts
 */
function findSuffix(
  text: readonly number[],
  answer: readonly number[],
  near: number,
  lastEnd: number,
): { readonly end: number; readonly length: number } | undefined {
  let best: { readonly end: number; readonly length: number } | undefined
  for (let end = 1; end <= lastEnd; end++) {
    let length = 0
    while (
      length < maxMatch &&
      length < end &&
      length < answer.length &&
      text[end - 1 - length] === answer[answer.length - 1 - length]
    ) {
      length++
    }
    if (length === 0) continue
    const isNearer = !best || Math.abs(end - near) < Math.abs(best.end - near)
    if (!best || length > best.length || (length === best.length && isNearer)) best = { end, length }
  }
  return best
}
