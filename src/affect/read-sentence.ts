import { attributeLexicon, expressionLexicon, isMovingPart, topicOf } from './lexicon.ts'
import { negatedWords } from './negation.ts'
import { PhraseMatcher } from './phrase-matcher.ts'
import type { TextPlace, TextSpan } from './tree.ts'
import { articles, conjunctions, isCommon, possessives, pronouns, type Word } from './words.ts'

/** A sentence with what every reader of attributes, expressions and emotions needs of it. */
export interface ReadSentence {
  readonly place: TextPlace
  /** The stage's whole text. */
  readonly text: string
  readonly words: readonly Word[]
  /** How many of the first words are a heading to which the rest refers: *Hair: long and black*. */
  readonly headingWords: number
  /** How many of the first words are a heading from an earlier sentence, already read there. */
  readonly oldWords: number
  readonly negated: readonly boolean[]
}

/** A node and the index of its first word, which decides whose node it is. */
export interface Found<T> {
  readonly at: number
  readonly node: T
}

export const attributeMatcher = new PhraseMatcher(attributeLexicon)
export const expressionMatcher = new PhraseMatcher(expressionLexicon)

export function readSentence(
  place: TextPlace,
  text: string,
  words: readonly Word[],
  headingWords: number,
  oldWords: number,
): ReadSentence {
  return { place, text, words, headingWords, oldWords, negated: negatedWords(words) }
}

/** The text from word `first` to word `last`, both included. */
export function spanOf(
  { place, text, words }: ReadSentence,
  first: number,
  last: number,
): { text: string; span: TextSpan } {
  const { from } = words[first]
  let { to } = words[last]
  const inside = text.slice(from, to)
  if (text[to] === ')' && inside.includes('(') && !inside.includes(')')) to++
  return { text: text.slice(from, to), span: { ...place, from, to } }
}

/** The words themselves as a label, for what no label of a set fits. */
export function ownLabel(words: readonly Word[], at: readonly number[]): string {
  return at.map((index) => words[index].raw).join(' ')
}

export function range(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

const leading = new Set('of by from in with through at as such to on both also which that then'.split(' '))

/** Whether a phrase may neither begin nor end with this word. */
export function isEdge(word: Word): boolean {
  return (
    leading.has(word.raw) ||
    articles.has(word.raw) ||
    possessives.has(word.raw) ||
    pronouns.has(word.raw) ||
    conjunctions.has(word.raw)
  )
}

const unitPattern = /^aus?(\d{1,2})$/

/** The number in an action unit written as one word: 12 for `AU12`. */
export function unitNumber(word: Word): string | undefined {
  return unitPattern.exec(word.raw)?.[1]
}

/** Share of common words below which a sentence is noise. Prose has about 0.7, random words about 0.1. */
const leastCommon = 0.35
/** Share of symbols (neither letters, digits nor punctuation) above which a sentence is noise. */
const mostSigns = 0.2
const sign = /[^\p{L}\p{M}\p{N}\s.,;:!?'"()\-–—_*#%/+&’‘“”…•·]/gu

/** Whether a sentence is language at all, rather than the output of random weights or a damaged model. */
export function isLegible(text: string, words: readonly Word[], knows: (word: Word) => boolean): boolean {
  if (words.length === 0) return false
  const signs = text.match(sign)?.length ?? 0
  if (signs > mostSigns * text.length) return false
  let common = 0
  let weight = 0
  for (const word of words) {
    if (isKnown(word) || knows(word)) {
      common += 1
      weight += 1
    } else {
      // Scripts without spaces come as one long word, so each of their characters counts.
      weight += /^[\p{Script=Latin}\p{N}'’]+$/u.test(word.raw) ? 1 : word.to - word.from
    }
  }
  return common >= leastCommon * weight
}

function isKnown(word: Word): boolean {
  return (
    isCommon(word) ||
    topicOf(word.stem) !== undefined ||
    isMovingPart(word.stem) ||
    attributeMatcher.knows(word) ||
    expressionMatcher.knows(word) ||
    unitNumber(word) !== undefined ||
    /^\d+s?$/.test(word.raw)
  )
}
