/** A part of an answer that is parsed by itself, from and to offsets in UTF-16 units. */
export interface Sentence {
  readonly from: number
  readonly to: number
  /** Whether it is the first sentence of its line. */
  readonly startsLine: boolean
  /** Whether it ends for certain, whatever text follows. */
  readonly isComplete: boolean
}

/** A sentence without a full stop is cut at the first space after this many units, so that sentences stay short. */
const longestSentence = 800
/** A sentence without spaces, too, is cut after this many units. */
const hardLimit = 1200

/**
 * The sentences of `text` from offset `from` on. A sentence ends at a line's end, or at `. ! ?` with a space after it;
 * `1.` and `A.` at its start are list markers and do not end it. Complete sentences keep their offsets when the text
 * grows.
 */
export function* sentencesOf(text: string, from = 0): Generator<Sentence> {
  let start = from
  let startsLine = from === 0 || text[from - 1] === '\n'
  for (let at = from; at < text.length; at++) {
    const unit = text[at]
    const isLine = unit === '\n'
    const isSpace = isLine || unit === ' ' || unit === '\t' || unit === '\r'
    const isStop =
      isSpace &&
      at > start &&
      /[.!?]/.test(text[at - 1]) &&
      !/^\W*(?:\p{L}|\d{1,3})\.$/u.test(text.slice(start, Math.min(at, start + 12)))
    const isLong = (isSpace && at - start >= longestSentence) || at - start >= hardLimit
    if (!isLine && !isStop && !isLong) continue
    yield { from: start, to: at + 1, startsLine, isComplete: true }
    start = at + 1
    startsLine = isLine
  }
  if (start < text.length) yield { from: start, to: text.length, startsLine, isComplete: false }
}
