import { conceptOf, emotionLexicon, isMovingPart, labelPhrase, topicOf } from './lexicon.ts'
import { isDeniedAfter } from './negation.ts'
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

/** A reason as it was read, before it is known which node it rests on. */
export interface Reason extends Pick<Evidence, 'text' | 'span'> {
  readonly at: number
  readonly isDenied: boolean
}

export interface EmotionRead {
  readonly at: number
  readonly node: Omit<EmotionNode, 'evidence'>
}

/** *because ...*, *as indicated by ...*: what follows is reasons. */
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
/** Options that a text repeats from the question say nothing. */
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
   * @param isAboutEmotion the text is about nothing else, so that whatever it says of a face is a reason
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
    const { words, denied, headingWords } = sentence
    const matches = this.matcher.match(words).filter(({ at: [first] }) => first >= headingWords && !isReasons[first])
    const found: { at: readonly number[]; node: Omit<EmotionNode, 'evidence'> }[] = []
    const isEcho =
      new Set(matches.map(({ value }) => this.labels.get(value))).size >= Math.max(fewestEchoed, this.set.length - 2)
    const last = matches.at(-1)
    const answered = matches.filter(({ value }) => value === last?.value).length > 1 ? matches.slice(-1) : []
    for (const { value, at } of isEcho ? answered : matches) {
      if (at.some((word) => denied[word]) || isDeniedAfter(words, at[at.length - 1])) continue
      let first = at[0]
      while (first > headingWords && words[first].before === 'none' && isDegree(words[first - 1])) first--
      while (first < at[0] && isEdge(words[first])) first++
      const label = this.labels.get(value) ?? ownLabel(words, at)
      found.push({ at, node: { kind: 'emotion', label, ...spanOf(sentence, first, at[at.length - 1]) } })
    }
    return found
  }

  private reason(sentence: ReadSentence, first: number, last: number, isMarked: boolean, isShowing: boolean): Reason[] {
    const { words, denied } = sentence
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
    return [{ at: first, isDenied: range(first, last).some((at) => denied[at]), ...spanOf(sentence, first, last) }]
  }
}

/** Whether a phrase names something the other two stages have a label for. */
function isLabelled(words: readonly Word[]): boolean {
  return expressionMatcher.match(words).length > 0 || attributeMatcher.match(words).length > 0
}

/** Where the last verb stands whose subject shows an emotion: *her bright eyes* **suggest** *joy*. */
function lastShowing(words: readonly Word[]): number {
  return words.findLastIndex(
    ({ raw }, at) => showing.test(raw) && !/^(?:by|in|through|from|with)$/.test(words[at + 1]?.raw ?? 'by'),
  )
}

/** Which words stand after *because* and its like. */
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
    // A cutting word itself, other than a mere border, is no part of any phrase.
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
