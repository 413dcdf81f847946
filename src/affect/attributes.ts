import { type AttributeMeaning, topicOf, wornTopics } from './lexicon.ts'
import { isNegatedAfter } from './negation.ts'
import type { Mention } from './persons.ts'
import type { PhraseMatch } from './phrase-matcher.ts'
import { attributeMatcher, type Found, isEdge, ownLabel, type ReadSentence, range, spanOf } from './read-sentence.ts'
import type { AttributeNode } from './tree.ts'
import { copulas, isAdjective, isDegree, isFunctionWord, type Word } from './words.ts'

/** The most words before or after a noun that are taken with it. */
const reach = 5

/** The attributes that a sentence describes, in the order of the text. */
export function attributesOf(sentence: ReadSentence, mentions: readonly Mention[]): Found<AttributeNode>[] {
  const { words, headingWords } = sentence
  const matches = attributeMatcher.match(words, headingWords)
  const covered = new Set(matches.flatMap(({ at }) => at))
  const found = [
    ...mentions.flatMap((mention) => genderOf(sentence, mention)),
    ...matches.flatMap((match) => labelled(sentence, match)),
    ...openAttributes(sentence, covered),
  ]
  return found
    .filter(({ at }) => at >= sentence.oldWords)
    .sort((a, b) => a.at - b.at || a.node.span.to - b.node.span.to)
}

/** *The man*, *is a young woman*; but not *looks at the man*. */
function genderOf(sentence: ReadSentence, { gender, role, at, from }: Mention): Found<AttributeNode>[] {
  const before = sentence.words[from - 1]
  const isPredicate = role === 'object' && before !== undefined && copulas.has(before.raw)
  if (gender === undefined || role === 'pronoun' || (role === 'object' && !isPredicate) || sentence.negated[at])
    return []
  return [{ at, node: { kind: 'attribute', label: gender, topic: 'Gender', ...spanOf(sentence, at, at) } }]
}

function labelled(sentence: ReadSentence, { value, at }: PhraseMatch<AttributeMeaning>): Found<AttributeNode>[] {
  const { words, headingWords, negated } = sentence
  const own = at.filter((word) => word >= headingWords)
  const [first, last] = own.length > 0 ? [own[0], own[own.length - 1]] : [at[0], at[at.length - 1]]
  const start = withModifiers(words, first, own.length > 0 ? headingWords : first)
  if (at.some((word) => negated[word]) || isNegatedAfter(words, at[at.length - 1])) {
    return value.negated === undefined ? [] : [negation(sentence, value.negated, value.topic, first, last)]
  }
  const label = value.label ?? ownLabel(words, range(start, last))
  return [{ at: first, node: { kind: 'attribute', label, topic: value.topic, ...spanOf(sentence, start, last) } }]
}

/** A negated attribute. Its text begins at the *no*, if that is near: *without a beard*. */
function negation(
  sentence: ReadSentence,
  label: string,
  topic: string,
  first: number,
  last: number,
): Found<AttributeNode> {
  let start = first
  while (start > sentence.headingWords && first - start < reach && sentence.negated[start - 1]) start--
  return { at: first, node: { kind: 'attribute', label, topic, ...spanOf(sentence, start, last) } }
}

/** Index of the first modifier before a word: of *short* in *short, wavy black hair*. */
function withModifiers(words: readonly Word[], at: number, least: number): number {
  let start = at
  while (start > least && at - start < reach) {
    const word = words[start - 1]
    const isNear = words[start].before === 'none' || (words[start].before === 'comma' && isAdjective(word))
    if (!isNear || !(isAdjective(word) || isDegree(word) || /^\d+s?$/.test(word.raw))) break
    start--
  }
  return start
}

/** Attributes that no label fits: *blue eyes*, *the nose is straight*, *a scarf*, *Nose: straight*. */
function openAttributes(sentence: ReadSentence, covered: ReadonlySet<number>): Found<AttributeNode>[] {
  const { words, headingWords, negated } = sentence
  const found: Found<AttributeNode>[] = []
  for (let at = headingWords; at < words.length; at++) {
    const topic = topicOf(words[at].stem)
    if (topic === undefined || covered.has(at) || negated[at]) continue
    let start = at
    while (start > headingWords && at - start < reach && isModifier(words, start) && !covered.has(start - 1)) start--
    while (start < at && words[start].raw === 'and') start++
    const end = predicateEnd(words, at)
    if (words.slice(at, end + 1).some((word) => word.raw === 'not' || word.raw === 'no')) continue
    const isSaid = range(start, end).some((word) => word !== at && isTelling(words[word]))
    if (!isSaid && !wornTopics.has(topic)) continue
    if (range(at, end).some((word) => covered.has(word))) continue
    const label = ownLabel(words, range(start, end))
    found.push({ at, node: { kind: 'attribute', label, topic, ...spanOf(sentence, start, end) } })
    at = end
  }
  const ofHeading = found.length === 0 ? headingValue(sentence, covered) : undefined
  return ofHeading === undefined ? found : [ofHeading]
}

/** Whether the word before `start` modifies a noun: an adjective or another content word. */
function isModifier(words: readonly Word[], start: number): boolean {
  const word = words[start - 1]
  if (words[start].before === 'stop' || (words[start].before === 'comma' && !isAdjective(word))) return false
  if (isAdjective(word) || isDegree(word)) return true
  if (word.raw === 'and') return start > 1 && isAdjective(words[start - 2])
  return !isFunctionWord(word) && topicOf(word.stem) === undefined
}

/**
 * Index of the last word of a noun's predicate (*the nose* **is straight and narrow**); of the noun if there is none.
 */
function predicateEnd(words: readonly Word[], at: number): number {
  const copula = words[at + 1]
  if (copula === undefined || copula.before !== 'none' || !copulas.has(copula.raw)) return at
  let end = at + 1
  while (end + 1 < words.length && end - at < reach + 1) {
    const word = words[end + 1]
    if (word.before !== 'none' || topicOf(word.stem) !== undefined || /^(?:with|while|but)$/.test(word.raw)) break
    end++
  }
  while (end > at + 1 && isEdge(words[end])) end--
  return end === at + 1 ? at : end
}

function isTelling(word: Word): boolean {
  return isAdjective(word) || !(isFunctionWord(word) || copulas.has(word.raw) || isDegree(word))
}

/** The attribute after a heading that names a part of the face: *Nose: straight*. */
function headingValue(sentence: ReadSentence, covered: ReadonlySet<number>): Found<AttributeNode> | undefined {
  const { words, headingWords, negated } = sentence
  const heading = words.slice(0, headingWords)
  const topic = heading.map((word) => topicOf(word.stem)).find((found) => found !== undefined)
  const [first, last] = [headingWords, words.length - 1]
  if (topic === undefined || first > last || last - first > 2 * reach) return undefined
  const value = range(first, last)
  const isOpen = value.some((at) => isTelling(words[at])) && !value.some((at) => covered.has(at) || negated[at])
  if (!isOpen) return undefined
  const label = ownLabel(words, value)
  return { at: first, node: { kind: 'attribute', label, topic, ...spanOf(sentence, first, last) } }
}
