import type { TextSpan } from './tree.ts'

/** An option of a multiple choice that an answer picks by its letter, and where the letter is in the answer. */
export interface Choice {
  readonly label: string
  readonly from: number
  readonly to: number
}

/** `A`, `(B)`, `C.`, `A, D`, `A and D`, `ACD`: nothing but letters. */
const onlyLetters = /^[\s(*]*[A-Z][).:*]*(?:\s*(?:,|;|\/|and|or)?\s*\(?[A-Z][).:]*)*[\s.*]*$/
/** `(B)` anywhere, `B.` or `B)` or `B:` at the start, `the answer is B`. */
const marked = /\(([A-Z])\)|^\W*([A-Z])[.):](?=\s|$)|\b(?:answer|option|choice)s?(?:\s+is|\s+are)?\s*:?\s*\(?([A-Z])\b/g

/** The options that an answer picks by letter between two offsets; letters without an option are skipped. */
export function choicesOf(text: string, from: number, to: number, options: readonly string[]): Choice[] {
  const part = text.slice(from, to)
  const letters = onlyLetters.test(part)
    ? [...part.matchAll(/[A-Z]/g)].map((found) => ({ letter: found[0], at: found.index, end: found.index + 1 }))
    : [...part.matchAll(marked)].map((found) => {
        const letter = found[1] ?? found[2] ?? found[3]
        const at = found.index + found[0].lastIndexOf(letter)
        return { letter, at, end: at + 1 }
      })
  return letters.flatMap(({ letter, at, end }) => {
    const label = options[letter.charCodeAt(0) - 65]
    return label === undefined ? [] : [{ label, from: from + at, to: from + end }]
  })
}

/**
 * Whether words that were read as a node stand right after the option's letter: then these count instead of the letter.
 */
export function isSpelledOut(choice: Choice, spans: readonly TextSpan[], text: string): boolean {
  return spans.some(
    ({ from }) =>
      from >= choice.to &&
      /^[\s).:*"']*(?:\S+\s+){0,2}$/.test(text.slice(choice.to, from).slice(0, 60)) &&
      from - choice.to <= 60,
  )
}
