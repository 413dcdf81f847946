import { type ActionUnit, actionUnits } from './labels.ts'
import { type ExpressionMeaning, isMovingPart } from './lexicon.ts'
import { isNegatedAfter } from './negation.ts'
import { PhraseMatcher } from './phrase-matcher.ts'
import {
  expressionMatcher,
  type Found,
  isEdge,
  ownLabel,
  type ReadSentence,
  range,
  spanOf,
  unitNumber,
} from './read-sentence.ts'
import type { ExpressionNode } from './tree.ts'
import { isAdjective, isFunctionWord, type Word } from './words.ts'

export type Phase = NonNullable<ExpressionNode['phase']>

const phaseMatcher = new PhraseMatcher<Phase | 'throughout'>([
  {
    value: 'beginning',
    phrases: [
      '=initially',
      'at =first',
      'at|in|from the beginning|start|outset',
      'beginning of the',
      '=begins|=starts|=began|=started',
      'opens with|by',
      'first she|he|they|the',
    ],
  },
  {
    value: 'middle',
    phrases: [
      '=then|=next|=midway|=halfway|=later|=afterwards|=afterward|=subsequently',
      'in|around|at|by|towards|toward|near the =middle|=mid|=midpoint',
      'around|at =mid|=middle|=midpoint',
      'as the video|clip|scene progresses|continues',
    ],
  },
  {
    value: 'end',
    phrases: [
      '=finally|=lastly|=eventually|=ultimately',
      'at|by|towards|toward|in|near|until the =end',
      '=ends|=concludes|=ended',
      'at =last|=end',
      'end of the video|clip|scene',
    ],
  },
  { value: 'throughout', phrases: ['=throughout', 'the whole video|clip|time'] },
])

/** Longer clauses without a label are not taken for an expression. */
const longestOpen = 20

interface Clause {
  readonly first: number
  readonly last: number
}

interface Meant extends ExpressionMeaning {
  readonly at: readonly number[]
  /** An action unit that is named as such (`AU12`), whether among the twelve or not. */
  readonly unit?: string
}

/** The expressions that a sentence describes: one node per clause, or per action where a clause has several. */
export function expressionsOf(sentence: ReadSentence): Found<ExpressionNode>[] {
  const { words, negated, headingWords } = sentence
  const meant = meaningsOf(sentence).sort((a, b) => a.at[0] - b.at[0])
  const marks = phaseMatcher.match(words)
  const found: Found<ExpressionNode>[] = []
  let phase: Phase | undefined
  let next = 0
  let mark = 0
  for (const clause of clausesOf(sentence)) {
    for (; mark < marks.length && marks[mark].at[0] <= clause.last; mark++) {
      const { value } = marks[mark]
      phase = value === 'throughout' ? undefined : value
    }
    const inClause: Meant[] = []
    // The words of a heading belong to the clause that follows it.
    while (next < meant.length && meant[next].at[0] <= clause.last) inClause.push(meant[next++])
    const isNegated = range(clause.first, clause.last).some((at) => negated[at])
    const nodes =
      inClause.length > 0 ? meantNodes(sentence, clause, inClause) : isNegated ? [] : openNode(sentence, clause)
    for (const { at, node } of nodes) found.push({ at, node: phase === undefined ? node : { ...node, phase } })
  }
  const least = Math.max(sentence.oldWords, headingWords === words.length ? words.length : 0)
  return found.filter(({ at }) => at >= least)
}

/** Phrases of the lexicon and named action units, without negated ones. */
function meaningsOf({ words, headingWords, negated }: ReadSentence): Meant[] {
  const meant: Meant[] = []
  for (const { value, at } of expressionMatcher.match(words, headingWords)) {
    if (at.some((word) => negated[word]) || isNegatedAfter(words, at[at.length - 1])) continue
    meant.push({ ...value, at })
  }
  for (const [at, unit] of unitsNamed(words)) {
    if (negated[at] || isNegatedAfter(words, at)) continue
    const known = actionUnits.find((name) => name === unit)
    meant.push({ actionUnits: known === undefined ? [] : [known], at: [at], unit })
  }
  return meant
}

/** Named action units by word: `AU12`, `AU 12`, `AUs 1, 4 and 25`, `action unit 12`. */
function unitsNamed(words: readonly Word[]): Map<number, string> {
  const units = new Map<number, string>()
  let isListing = false
  for (const [at, word] of words.entries()) {
    const number: string | undefined =
      unitNumber(word) ?? (isListing && /^\d{1,2}$/.test(word.raw) ? word.raw : undefined)
    if (number !== undefined) units.set(at, `AU${Number(number)}`)
    const isName = /^aus?$/.test(word.raw) || (word.stem === 'unit' && words[at - 1]?.raw === 'action')
    isListing = isName || (isListing && (number !== undefined || word.raw === 'and') && word.before !== 'stop')
  }
  return units
}

const breaks = new Set(['and', 'while', 'but', 'then', 'whereas', 'before', 'after', 'although', 'followed'])

function* clausesOf({ text, words, headingWords }: ReadSentence): Generator<Clause> {
  let first = headingWords
  for (let at = first + 1; at <= words.length; at++) {
    if (
      at < words.length &&
      !breaks.has(words[at].raw) &&
      (words[at].before === 'none' || isUnitsGloss(text, words, at))
    )
      continue
    if (first < at) yield { first, last: at - 1 }
    first = at
  }
}

/** `lip corners pulled up (AU12)` and `AU12 (lip corner puller)` are one clause each. */
function isUnitsGloss(text: string, words: readonly Word[], at: number): boolean {
  if (/[,;.]/.test(text.slice(words[at - 1].to, words[at].from))) return false
  const isHere = unitNumber(words[at]) !== undefined
  const wasHere = unitNumber(words[at - 1]) !== undefined
  return isHere !== wasHere
}

function meantNodes(sentence: ReadSentence, clause: Clause, meant: readonly Meant[]): Found<ExpressionNode>[] {
  // Units that are described beside an action are part of it; without an action the clause is one expression.
  const groups: Meant[][] = []
  for (const one of meant) {
    const last = groups.at(-1)
    const startsGroup = last === undefined || (one.label !== undefined && last.some(({ label }) => label !== undefined))
    if (startsGroup && !last?.some(({ label }) => label === one.label)) groups.push([one])
    else last?.push(one)
  }
  return groups.map((group, index) => {
    const starts = group.flatMap(({ at }) => at).filter((at) => at >= clause.first)
    const first = index === 0 || starts.length === 0 ? clause.first : Math.min(...starts)
    const following = groups[index + 1]?.[0].at[0]
    const reached = Math.max(first, ...starts)
    const last = Math.max(reached, following === undefined ? clause.last : following - 1)
    const units = new Set(group.flatMap((one) => one.actionUnits))
    const named = group.flatMap(({ unit }) => unit ?? [])
    const own = named.length > 0 ? named : group.map((one) => ownLabel(sentence.words, one.at))
    const label = group.find((one) => one.label !== undefined)?.label ?? own.join(', ')
    return {
      at: starts.length === 0 ? first : Math.min(...starts),
      node: expression(
        sentence,
        label,
        first,
        last,
        actionUnits.filter((unit) => units.has(unit)),
      ),
    }
  })
}

/** Words that are left out at the beginning of an expression's text. */
const opening =
  /^(?:and|or|but|while|whereas|then|as|with|by|that|which|is|because|since|indicated|shown|suggested|evidenced|reflected|seen)$/

function expression(
  sentence: ReadSentence,
  label: string,
  first: number,
  last: number,
  units: readonly ActionUnit[],
): ExpressionNode {
  const { words } = sentence
  let [start, end] = [first, last]
  while (start < end && opening.test(words[start].raw)) start++
  while (end > start && (isEdge(words[end]) || breaks.has(words[end].raw)) && !/^(?:her|him|it)$/.test(words[end].raw))
    end--
  return { kind: 'expression', label, actionUnits: units, ...spanOf(sentence, start, end) }
}

/** A clause about a moving part that no label fits: *her eyes widen*. */
function openNode(sentence: ReadSentence, clause: Clause): Found<ExpressionNode>[] {
  const { words, headingWords } = sentence
  let { first, last } = clause
  while (first < last && isEdge(words[first])) first++
  while (last > first && isEdge(words[last])) last--
  const inside = words.slice(first, last + 1)
  const heading = words.slice(0, headingWords).filter((word) => isMovingPart(word.stem))
  const isAbout = inside.some((word) => isMovingPart(word.stem)) || heading.length > 0
  const isTelling = inside.some((word) => !isMovingPart(word.stem) && (isAdjective(word) || !isFunctionWord(word)))
  if (!isAbout || !isTelling || inside.length > longestOpen) return []
  const label = [...heading, ...inside].map(({ raw }) => raw).join(' ')
  return [{ at: first, node: expression(sentence, label, first, last, []) }]
}
