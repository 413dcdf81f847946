import { conceptOf, emotionLexicon, isMovingPart, labelPhrase, topicOf } from './lexicon.ts'
import { isNegatedAfter } from './negation.ts'
import { PhraseMatcher } from './phrase-matcher.ts'
import {
  attributeMatcher,
  expressionMatcher,
  isEdge,
  ownLabel,
  type ReadSentence,
  range,
  spanOf,
} from './read-sentence.ts'
import type { EmotionNode, Evidence } from './tree.ts'
import { isAdjective, isDegree, isFunctionWord, type Word } from './words.ts'

/** A reason that has not been linked to a node yet. */
export interface Reason extends Pick<Evidence, 'text' | 'span'> {
  readonly at: number
  readonly isNegated: boolean
}

export interface EmotionRead {
  readonly at: number
  readonly node: Omit<EmotionNode, 'evidence'>
}

/** Phrases that reasons follow: *because ...*, *as indicated by ...*. */
const markMatcher = new PhraseMatcher<'reasons'>([
  {
    value: 'reasons',
    phrases: [
      'because|since',
      'due|thanks to',
      'based on',
      'given her|his|the|their',
      'judging|judged by|from',
      'evident in|from|by|through',
      'indicated|shown|evidenced|suggested|seen|reflected|conveyed|demonstrated|expressed|revealed|supported|signaled|characterized|marked|displayed by|in|through|from|with',
      'from her|his|their',
      'cues|indicators|reasons|evidence|signs|clues include|are|is|such|like',
    ],
  },
])
const reasonHeadings = new Set(
  'evidence cue cues indicator indicators reason reasons reasoning sign signs clue clues why'.split(' '),
)
const endsReasons = new Set(['but', 'however', 'although', 'whereas'])
const showing =
  /^(?:indicat|suggest|show|convey|express|reflect|signal|reveal|impl|denot|betray|point|support|demonstrat|communicat)/
const phraseBreaks = new Set('and which while with together along combined plus as but or'.split(' '))
/** A sentence that names so many of the set's labels, and all but two of them, repeats the question's options. */
const fewestEchoed = 4

/** Reads emotions of one label set. */
export class EmotionReader {
  private readonly matcher: PhraseMatcher<string>
  private readonly labels = new Map<string, string>()

  constructor(private readonly set: readonly string[]) {
    for (const label of set) if (!this.labels.has(conceptOf(label))) this.labels.set(conceptOf(label), label)
    this.matcher = new PhraseMatcher([
      ...set.map((label) => ({ value: conceptOf(label), phrases: [labelPhrase(label)] })),
      ...emotionLexicon.map(({ value, phrases }) => ({ value: value.concept, phrases })),
    ])
  }

  knows(word: Word): boolean {
    return this.matcher.knows(word)
  }

  /**
   * The emotions a sentence names, and the reasons it gives, each in order.
   *
   * @param isAboutEmotion whether the text is about nothing else, so that everything it says of a face is a reason
   */
  read(sentence: ReadSentence, isAboutEmotion: boolean): { emotions: EmotionRead[]; reasons: Reason[] } {
    const { words, headingWords } = sentence
    const isReasons = reasonWords(sentence)
    const emotions = this.emotionsOf(sentence, isReasons)
    const shown = lastShowing(words)
    const named = new Set(emotions.flatMap(({ at }) => at))
    const reasons = phrasesOf(sentence, (at) => named.has(at) || isReasons[at] !== isReasons[at - 1])
      .flatMap(({ first, last }) => this.reason(sentence, first, last, isReasons[first], last < shown))
      .filter(({ at }) => at >= headingWords && (isAboutEmotion || isReasons[at]))
    return { emotions: emotions.map(({ at, node }) => ({ at: at[0], node })), reasons }
  }

  private emotionsOf(sentence: ReadSentence, isReasons: readonly boolean[]) {
    const { words, negated, headingWords } = sentence
    const matches = this.matcher.match(words).filter(({ at: [first] }) => first >= headingWords && !isReasons[first])
    const found: { at: readonly number[]; node: Omit<EmotionNode, 'evidence'> }[] = []
    const isEcho =
      new Set(matches.map(({ value }) => this.labels.get(value))).size >= Math.max(fewestEchoed, this.set.length - 2)
    const last = matches.at(-1)
    const answered = matches.filter(({ value }) => value === last?.value).length > 1 ? matches.slice(-1) : []
    for (const { value, at } of isEcho ? answered : matches) {
      if (at.some((word) => negated[word]) || isNegatedAfter(words, at[at.length - 1])) continue
      let first = at[0]
      while (first > headingWords && words[first].before === 'none' && isDegree(words[first - 1])) first--
      while (first < at[0] && isEdge(words[first])) first++
      const label = this.labels.get(value) ?? ownLabel(words, at)
      found.push({ at, node: { kind: 'emotion', label, ...spanOf(sentence, first, at[at.length - 1]) } })
    }
    return found
  }

  private reason(sentence: ReadSentence, first: number, last: number, isMarked: boolean, isShowing: boolean): Reason[] {
    const { words, negated } = sentence
    const isBorder = (word: Word) => isEdge(word) || (!isMarked && this.knows(word))
    while (first < last && isBorder(words[first])) first++
    while (last > first && isBorder(words[last])) last--
    const inside = range(first, last).filter((at) => !this.knows(words[at]))
    const isFace = inside.some(
      (at) =>
        expressionMatcher.knows(words[at]) ||
        attributeMatcher.knows(words[at]) ||
        topicOf(words[at].stem) !== undefined,
    )
    const isSaid = inside.some(
      (at) => isAdjective(words[at]) || isMovingPart(words[at].stem) || !isFunctionWord(words[at]),
    )
    if (!isSaid) return []
    if (!isMarked && !(isFace && (isShowing || isLabelled(words.slice(first, last + 1))))) return []
    return [{ at: first, isNegated: range(first, last).some((at) => negated[at]), ...spanOf(sentence, first, last) }]
  }
}

/** Whether a phrase contains an attribute or expression of the lexicon. */
function isLabelled(words: readonly Word[]): boolean {
  return expressionMatcher.match(words).length > 0 || attributeMatcher.match(words).length > 0
}

/**
 * Index of the last verb that relates a cue to an emotion, as in *her bright eyes* **suggest** *joy*; -1 without one.
 */
function lastShowing(words: readonly Word[]): number {
  return words.findLastIndex(
    ({ raw }, at) => showing.test(raw) && !/^(?:by|in|through|from|with)$/.test(words[at + 1]?.raw ?? 'by'),
  )
}

/** Marks the words that follow *because* and similar phrases. */
function reasonWords({ words, headingWords }: ReadSentence): boolean[] {
  const marks = markMatcher.match(words)
  const starts = new Set(marks.map(({ at }) => at[at.length - 1] + (isPossessive(words[at[at.length - 1]]) ? 0 : 1)))
  const verbs = new Set(marks.flatMap(({ at }) => at))
  let isReason = words.slice(0, headingWords).some(({ raw }) => reasonHeadings.has(raw))
  return words.map((word, at) => {
    if (starts.has(at)) isReason = true
    else if (verbs.has(at) || endsReasons.has(word.raw)) isReason = false
    return isReason && at >= headingWords
  })
}

function isPossessive({ raw }: Word): boolean {
  return raw === 'her' || raw === 'his' || raw === 'their' || raw === 'the'
}

function* cuts(
  { words, headingWords }: ReadSentence,
  isCut: (at: number) => boolean,
): Generator<{ first: number; last: number }> {
  let first = headingWords
  for (let at = headingWords; at <= words.length; at++) {
    const word = words[at]
    const isBreak = word !== undefined && (phraseBreaks.has(word.raw) || showing.test(word.raw) || isCut(at))
    if (word !== undefined && word.before === 'none' && !isBreak) continue
    if (first < at) yield { first, last: at - 1 }
    // A breaking word belongs to no phrase; a comma or `isCut` separates words, so the next phrase begins with this
    // one.
    first = word !== undefined && (phraseBreaks.has(word.raw) || showing.test(word.raw)) ? at + 1 : at
  }
}

/** Phrases between commas, *and*, and the words of `isCut`; *wide and bright eyes* stays one. */
function phrasesOf(sentence: ReadSentence, isCut: (at: number) => boolean): { first: number; last: number }[] {
  const { words } = sentence
  const phrases: { first: number; last: number }[] = []
  for (const { first, last } of cuts(sentence, isCut)) {
    const before = phrases.at(-1)
    const joins =
      before !== undefined &&
      before.last + 2 === first &&
      words[before.last + 1].raw === 'and' &&
      words[first].before === 'none' &&
      range(before.first, before.last).every((at) => isAdjective(words[at]) || isEdge(words[at]) || isDegree(words[at]))
    if (joins) phrases[phrases.length - 1] = { first: before.first, last }
    else phrases.push({ first, last })
  }
  return phrases
}
