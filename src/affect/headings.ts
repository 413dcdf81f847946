import { isMovingPart, topicOf } from './lexicon.ts'
import { unitNumber } from './read-sentence.ts'
import type { Word } from './words.ts'

/** The most words that a heading has. */
const longestHeading = 4

/**
 * How many of a line's first words are a heading about the face, such as `- **Hair**: ...` or `### Eyes and brows`.
 *
 * @param from where the line begins in `text`, and `to` where its sentence ends
 */
export function headingWords(text: string, words: readonly Word[], from: number, to: number): number {
  const isWhole = words.length <= longestHeading && /^\s*(?:#|\*\*[^*]*\*\*:?\s*$)/.test(text.slice(from, to))
  for (let count = 1; count <= Math.min(longestHeading, words.length); count++) {
    if (count > 1 && (words[count - 1].before !== 'none' || unitNumber(words[count - 1]) !== undefined)) return 0
    const gap = text.slice(words[count - 1].to, words[count]?.from ?? to)
    if (!gap.includes(':') && !(isWhole && count === words.length)) continue
    const isAbout = words
      .slice(0, count)
      .some(
        (word) =>
          topicOf(word.stem) !== undefined ||
          isMovingPart(word.stem) ||
          /^(?:evidence|cues?|clues?|indicators?|reasons?|reasoning|signs?|why)$/.test(word.raw),
      )
    return isAbout ? count : 0
  }
  return 0
}
