import { articles, copulas, isAdjective, isDegree, possessives, stem, type Word } from './words.ts'

/**
 * How phrases of the lexicon are written: words in order, each matched by its stem (`=word` exactly as it
 * is spelled), `a|b` for either. Words are adjacent unless separated by
 * - `~`: modifiers may stand between (*black ~ hair*: black, wavy hair; *raise ~ brow*: raises her left brow),
 * - `>`: the second is the predicate of the first (*lip > part*: lips slightly parted; *hair > black*: her hair is long
 *   and black).
 */
export interface Phrases<T> {
  readonly value: T
  readonly phrases: readonly string[]
}

export interface PhraseMatch<T> {
  readonly value: T
  /** Indices of the matched words, ascending. */
  readonly at: readonly number[]
}

type Gap = 'none' | 'modifiers' | 'said-of'

interface Step {
  readonly gap: Gap
  readonly keys: ReadonlySet<string>
}

interface Pattern<T> {
  readonly value: T
  readonly steps: readonly Step[]
}

/** The most words that may stand between two words of a phrase. */
const widestGap = 6

/** Finds all phrases of a lexicon in a sentence, in time linear in the sentence's length. */
export class PhraseMatcher<T> {
  private readonly patterns = new Map<string, Pattern<T>[]>()
  private readonly keys = new Set<string>()

  constructor(entries: Iterable<Phrases<T>>) {
    for (const { value, phrases } of entries) {
      for (const phrase of phrases) {
        const pattern = { value, steps: stepsOf(phrase) }
        for (const key of pattern.steps[0].keys) {
          const list = this.patterns.get(key)
          if (list === undefined) this.patterns.set(key, [pattern])
          else list.push(pattern)
        }
        for (const { keys } of pattern.steps) for (const key of keys) this.keys.add(key)
      }
    }
  }

  /** Whether any phrase contains this word. */
  knows(word: Word): boolean {
    return this.keys.has(word.stem) || this.keys.has(`=${word.raw}`)
  }

  /**
   * All matches in order of their first word. A match within a larger one is left out (*brow raised* in *inner brow
   * raised*).
   *
   * @param headingWords how many of the first words are a heading (`Hair: long and black`), to which everything after
   *   it refers
   */
  match(words: readonly Word[], headingWords = 0): PhraseMatch<T>[] {
    const matches: PhraseMatch<T>[] = []
    for (let first = 0; first < words.length; first++) {
      const word = words[first]
      for (const key of [word.stem, `=${word.raw}`]) {
        for (const { value, steps } of this.patterns.get(key) ?? []) {
          const at = follow(steps, words, first, headingWords)
          if (at !== undefined) matches.push({ value, at })
        }
      }
    }
    return withoutParts(matches)
  }
}

function stepsOf(phrase: string): Step[] {
  const steps: Step[] = []
  let gap: Gap = 'none'
  for (const part of phrase.split(' ')) {
    if (part === '~') gap = 'modifiers'
    else if (part === '>') gap = 'said-of'
    else {
      const keys = part.split('|').map((word) => (word.startsWith('=') ? word : stem(word)))
      steps.push({ gap, keys: new Set(keys) })
      gap = 'none'
    }
  }
  return steps
}

function follow(
  steps: readonly Step[],
  words: readonly Word[],
  first: number,
  headingWords: number,
): readonly number[] | undefined {
  const at = [first]
  for (const { gap, keys } of steps.slice(1)) {
    const next = find(gap, keys, words, at[at.length - 1], headingWords)
    if (next === undefined) return undefined
    at.push(next)
  }
  return at
}

function find(
  gap: Gap,
  keys: ReadonlySet<string>,
  words: readonly Word[],
  previous: number,
  headingWords: number,
): number | undefined {
  const ofHeading = gap === 'said-of' && previous < headingWords
  const widest = gap === 'none' ? 0 : ofHeading ? 2 * widestGap : widestGap
  let hasCopula = false
  let needsCopula = false
  for (let at = previous + 1; at < words.length && at <= previous + 1 + widest; at++) {
    const word = words[at]
    if (word.before === 'stop' && !(ofHeading && at >= headingWords)) return undefined
    if (word.before === 'comma' && gap !== 'modifiers' && !ofHeading) return undefined
    const isHere = keys.has(word.stem) || keys.has(`=${word.raw}`)
    // A comma may separate adjectives (*long, wavy hair*), but not an adjective from its noun.
    if (word.before === 'comma' && !ofHeading && (isHere || !isAdjective(word)) && word.raw !== 'and') return undefined
    if (isHere && (ofHeading || gap !== 'said-of' || hasCopula || !needsCopula)) return at
    if (gap === 'none') return undefined
    if (ofHeading) continue
    if (copulas.has(word.raw)) {
      if (gap === 'modifiers') return undefined
      hasCopula = true
    } else if (isAdjective(word) || word.raw === 'and' || word.raw === 'or') {
      if (!isDegree(word)) needsCopula = true
    } else if (!isDegree(word) && !articles.has(word.raw) && !possessives.has(word.raw)) return undefined
  }
  return undefined
}

/** Leaves out matches whose words are a proper subset of another match's. */
function withoutParts<T>(matches: readonly PhraseMatch<T>[]): PhraseMatch<T>[] {
  // A larger match contains the smaller one's first word, so only matches at that word need comparing.
  const byWord = new Map<number, PhraseMatch<T>[]>()
  for (const match of matches) {
    for (const at of match.at) {
      const list = byWord.get(at)
      if (list === undefined) byWord.set(at, [match])
      else list.push(match)
    }
  }
  return matches.filter(
    ({ at }) =>
      !(byWord.get(at[0]) ?? []).some(
        (other) => other.at.length > at.length && at.every((word) => other.at.includes(word)),
      ),
  )
}
