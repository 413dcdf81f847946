import { articles, conjunctions, copulas, possessives, pronouns, type Word } from './words.ts'

const negators = new Set(
  'no not never without lack lacks lacking absence neither nor cannot fails refuses instead rather none'.split(' '),
)
/** Words before which *not* or *no* does not negate: *not only*, *no doubt*. */
const emphatic = new Set(['only', 'just', 'merely', 'simply', 'doubt', 'longer'])
const ends = new Set(['but', 'however', 'though', 'although', 'yet', 'except', 'while', 'whereas', 'and', 'then'])
const laterDenials = new Set(['no', 'not', 'none', 'absent', 'missing', 'false', 'inactive', 'invisible'])
/** How many words after a comma the *or* of a list is looked for. */
const listReach = 12

function isNegator(words: readonly Word[], at: number): boolean {
  const { raw } = words[at]
  const next = words[at + 1]?.raw
  if (raw.endsWith("n't")) return next !== 'help'
  if (!negators.has(raw)) return false
  if (raw === 'rather') return next === 'than'
  if (raw === 'instead') return next === 'of'
  return next === undefined || raw === 'without' || next === 'longer' || !emphatic.has(next)
}

/**
 * Which words are negated: those from *no, not, without, lacks ...* to the end of the clause. Negation extends across
 * commas only in a list that ends in *or*: in *no hat, glasses or beard*, but not in *no hat, black hair*.
 */
export function negatedWords(words: readonly Word[]): boolean[] {
  const negated: boolean[] = []
  let isNegated = false
  for (const [at, word] of words.entries()) {
    if (isNegator(words, at)) isNegated = true
    else if (word.before === 'stop' || ends.has(word.raw)) isNegated = false
    else if (word.before === 'comma' && isNegated) isNegated = isListItem(words, at)
    negated.push(isNegated)
  }
  return negated
}

function isListItem(words: readonly Word[], from: number): boolean {
  for (let at = from; at < words.length && at < from + listReach; at++) {
    const word = words[at]
    if (at > from && word.before === 'stop') return false
    if (word.raw === 'or' || word.raw === 'nor') return true
    const begins = pronouns.has(word.raw) || possessives.has(word.raw) || articles.has(word.raw)
    if (begins || copulas.has(word.raw) || ends.has(word.raw)) return false
  }
  return false
}

/** Whether the words right after the word `last` negate it: *glasses: none*, *AU12 is absent*. */
export function isNegatedAfter(words: readonly Word[], last: number): boolean {
  let at = last + 1
  const first = words[at]
  if (first === undefined || first.before === 'comma') return false
  if (copulas.has(first.raw)) {
    at += 1
    if (words[at]?.before !== 'none') return false
  } else if (first.before !== 'stop') return first.raw === 'absent' || first.raw === 'missing'
  const word = words[at]
  if (word === undefined || !laterDenials.has(word.raw)) return false
  const after = words[at + 1]
  return word.raw !== 'no' || after === undefined || after.before !== 'none' || conjunctions.has(after.raw)
}
