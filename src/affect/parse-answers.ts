import { attributesOf } from './attributes.ts'
import { choicesOf, isSpelledOut } from './choices.ts'
import { type EmotionRead, EmotionReader, type Reason } from './emotions.ts'
import { nodeBehind } from './evidence.ts'
import { expressionsOf } from './expressions.ts'
import { type ActionUnit, actions, actionUnits, appearances, dfewEmotions } from './labels.ts'
import { attributeLexicon, isMovingPart, topicOf } from './lexicon.ts'
import { fits, type Mention, mentionsOf, nameOf, type Who } from './persons.ts'
import { type Found, isLegible, type ReadSentence, readSentence, unitNumber } from './read-sentence.ts'
import { type Sentence, sentencesOf } from './sentences.ts'
import { type Stage, type StageId, stageIds } from './stages.ts'
import { type Place, wholePicture } from './track.ts'
import type {
  AffectiveTree,
  AttributeNode,
  EmotionNode,
  ExpressionNode,
  PersonNode,
  TextPlace,
  TextSpan,
} from './tree.ts'
import { type Word, wordsOf } from './words.ts'

/** The stages' answers so far. */
export type StageTexts = Readonly<Partial<Record<StageId, string>>>

/** What the reader must know of a stage: see `Stage`. */
export type StageReading = Pick<Stage, 'id' | 'labels' | 'reads'>

/** Nodes of a kind per person, and reasons per emotion; what a text repeats beyond them is not read. */
const mostNodes = 128

/** A tree at once; see `TreeReader`. */
export function parseAnswers(texts: StageTexts, stages?: readonly StageReading[]): AffectiveTree {
  return new TreeReader(stages).read(texts)
}

/**
 * Reads answers into the affective tree while they grow. Call it as often as a frame: sentences that are complete are
 * read once, only the last, open one is read again. A node of a complete sentence stays as it is (the very object, for
 * attributes and expressions) whatever follows in its stage; an emotion may gain reasons.
 *
 * Never throws. Text that is no language (random weights, damaged models) gives no nodes.
 */
export class TreeReader {
  private readonly readings: ReadonlyMap<StageId, StageReader>

  /**
   * @param stages the preset's stages; those that are missing are read with DFEW's emotions
   * @param place whose answers are read; every span names it
   */
  constructor(stages: readonly StageReading[] = [], place: Place = { track: wholePicture }) {
    this.readings = new Map(
      stageIds.map((id) => [id, new StageReader(stages.find((stage) => stage.id === id) ?? { id }, place)]),
    )
  }

  read(texts: StageTexts): AffectiveTree {
    let draft = emptyDraft
    for (const [id, reader] of this.readings) draft = reader.read(texts[id] ?? '', draft)
    const persons = draft.persons.map(personNode).filter((person) => person !== undefined)
    return { persons }
  }
}

interface EmotionDraft {
  readonly node: EmotionRead['node']
  readonly reasons: readonly Reason[]
}

interface PersonDraft extends Who {
  readonly name: string
  readonly attributes: readonly AttributeNode[]
  readonly expressions: readonly ExpressionNode[]
  readonly emotions: readonly EmotionDraft[]
}

/** How far the reading is; never changed, only replaced. */
interface Draft {
  readonly persons: readonly PersonDraft[]
  /** Of whom the text speaks: an index, none before anybody was mentioned. */
  readonly current?: number
  /** The emotion that reasons belong to. */
  readonly emotion?: { readonly person: number; readonly index: number }
  /** Reasons given before any emotion. */
  readonly waiting: readonly Reason[]
  /** `Hair:`, until its line ends or, where it has a line to itself, until the next one. */
  readonly heading: readonly Word[]
  readonly isBlockHeading: boolean
}

const emptyDraft: Draft = { persons: [], waiting: [], heading: [], isBlockHeading: false }

/** A stage's answer, read on from where the last complete sentence ended. */
class StageReader {
  private readonly place: TextPlace
  private readonly reads: ReadonlySet<StageId>
  private readonly options: readonly string[]
  private readonly emotions: EmotionReader
  private text = ''
  private before: Draft | undefined
  /** Units of the text in complete sentences, and what they gave. */
  private done = 0
  private sure: Draft = emptyDraft
  private all: Draft = emptyDraft

  constructor({ id, labels, reads }: StageReading, place: Place) {
    this.place = { stage: id, ...place }
    this.reads = new Set(reads ?? [id])
    const emotions = id === 'emotion' && labels !== undefined && labels.length > 0 ? labels : dfewEmotions
    const offered = labels ?? (id === 'emotion' ? emotions : [])
    // A caption may well begin with a letter: *A woman ...*; and no alphabet has letters for 40 options.
    this.options = this.reads.size > 1 || offered.length > 26 ? [] : offered
    this.emotions = new EmotionReader(emotions)
  }

  read(text: string, before: Draft): Draft {
    const isSame = before === this.before
    if (isSame && text === this.text) return this.all
    if (!isSame || !text.startsWith(this.text.slice(0, this.done))) {
      this.before = before
      this.done = 0
      this.sure = fresh(before)
    }
    this.text = text
    this.all = this.sure
    for (const sentence of sentencesOf(text, this.done)) {
      this.all = this.add(this.all, text, sentence)
      if (!sentence.isComplete) break
      this.sure = this.all
      this.done = sentence.to
    }
    return this.all
  }

  private add(draft: Draft, text: string, { from, to, startsLine }: Sentence): Draft {
    const own = wordsOf(text, from, to)
    if (own.length === 0) return draft
    const heading = startsLine ? headingWords(text, own, from, to) : 0
    const keepsHeading = heading === 0 && (!startsLine || draft.isBlockHeading)
    const old = keepsHeading ? draft.heading : []
    const isBlock = keepsHeading ? draft.isBlockHeading : heading === own.length
    if (!isLegible(text.slice(from, to), own, (word) => this.knows(word))) return draft
    const words = [...old, ...own]
    const sentence = readSentence(this.place, text, words, old.length + heading, old.length)
    const next = new Revision(
      { ...draft, heading: words.slice(0, sentence.headingWords), isBlockHeading: isBlock },
      sentence,
    )
    const choices = this.options.length > 0 ? choicesOf(text, from, to, this.options) : []
    if (this.reads.has('attributes')) {
      const read = attributesOf(sentence, next.mentions)
      next.addAttributes([...read, ...chosen(choices, read, sentence, attributeChosen)])
    }
    if (this.reads.has('expression')) {
      const read = expressionsOf(sentence)
      next.addExpressions([...read, ...chosen(choices, read, sentence, expressionChosen)])
    }
    if (this.reads.has('emotion')) {
      const { emotions, reasons } = this.emotions.read(sentence, this.reads.size === 1)
      next.addEmotions([...emotions, ...chosen(choices, emotions, sentence, emotionChosen)], reasons)
    }
    return next.draft
  }

  private knows(word: Word): boolean {
    return this.emotions.knows(word) || mentionsOf([word]).length > 0 || /^[a-z]$/.test(word.raw)
  }
}

/** A stage begins with the first person, and without the stage before's reasons and headings. */
function fresh({ persons }: Draft): Draft {
  return { ...emptyDraft, persons, ...(persons.length === 0 ? {} : { current: 0 }) }
}

/** Words of a heading at most. */
const longestHeading = 4

/** How many of a line's first words are a heading about the face: `- **Hair**: ...`, `### Eyes and brows`. */
function headingWords(text: string, words: readonly Word[], from: number, to: number): number {
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

function chosen<T extends { span: TextSpan }>(
  choices: ReturnType<typeof choicesOf>,
  read: readonly Found<T>[],
  sentence: ReadSentence,
  node: (label: string, span: { text: string; span: TextSpan }) => T | undefined,
): Found<T>[] {
  const spans = read.map((found) => found.node.span)
  return choices.flatMap((choice) => {
    if (isSpelledOut(choice, spans, sentence.text)) return []
    const { label, from, to } = choice
    const made = node(label, { text: sentence.text.slice(from, to), span: { ...sentence.place, from, to } })
    const at = Math.max(
      0,
      sentence.words.findIndex((word) => word.from >= from),
    )
    return made === undefined ? [] : [{ at, node: made }]
  })
}

const topicByLabel = new Map<string, string>(
  attributeLexicon.flatMap(({ value }) => (value.label === undefined ? [] : [[value.label, value.topic]])),
)

function attributeChosen(label: string, span: { text: string; span: TextSpan }): AttributeNode | undefined {
  const known = appearances.find((name) => name === label)
  return known === undefined
    ? undefined
    : { kind: 'attribute', label, topic: topicByLabel.get(label) ?? 'Facial_features', ...span }
}

function expressionChosen(label: string, span: { text: string; span: TextSpan }): ExpressionNode | undefined {
  const unit: ActionUnit | undefined = actionUnits.find((name) => name === label)
  const isAction = actions.some((name) => name === label)
  return unit === undefined && !isAction
    ? undefined
    : { kind: 'expression', label, actionUnits: unit === undefined ? [] : [unit], ...span }
}

function emotionChosen(label: string, span: { text: string; span: TextSpan }): EmotionRead['node'] {
  return { kind: 'emotion', label, ...span }
}

/** A draft with one more sentence. */
class Revision {
  readonly mentions: readonly Mention[]
  private readonly persons: PersonDraft[]
  private readonly owners: readonly number[]
  private readonly rest: Omit<Draft, 'persons'>
  private emotion: Draft['emotion']
  private waiting: readonly Reason[]

  constructor(draft: Draft, sentence: ReadSentence) {
    const { persons, ...rest } = draft
    this.persons = [...persons]
    this.mentions = mentionsOf(sentence.words)
    this.emotion = draft.emotion
    this.waiting = draft.waiting
    let current = draft.current
    const owners: number[] = []
    let next = 0
    // *She looks at a man with a beard and smiles*: he has the clause's rest, she goes on after it.
    let beside: number | undefined
    for (const at of sentence.words.keys()) {
      const mention = this.mentions[next]
      if (mention?.from === at) {
        beside = undefined
        const meant = this.resolve(mention, current, sentence)
        if (mention.role === 'object' && current !== undefined) beside = meant
        else current = meant
        next++
      }
      const word = sentence.words[at]
      if (word.before !== 'none' || word.raw === 'and' || word.raw === 'while') beside = undefined
      owners.push(beside ?? current ?? 0)
    }
    this.owners = owners
    this.rest = { ...rest, ...(current === undefined ? {} : { current }) }
  }

  get draft(): Draft {
    const { emotion: _, ...rest } = this.rest
    return {
      ...rest,
      persons: this.persons,
      waiting: this.waiting,
      ...(this.emotion === undefined ? {} : { emotion: this.emotion }),
    }
  }

  addAttributes(found: readonly Found<AttributeNode>[]): void {
    for (const { at, node } of found) {
      const person = this.person(at)
      const { attributes } = this.persons[person]
      const isKnown = attributes.length >= mostNodes || attributes.some(({ label }) => label === node.label)
      if (!isKnown) this.persons[person] = { ...this.persons[person], attributes: [...attributes, node] }
    }
  }

  addExpressions(found: readonly Found<ExpressionNode>[]): void {
    for (const { at, node } of found) {
      const person = this.person(at)
      const { expressions } = this.persons[person]
      const isKnown = expressions.length >= mostNodes || expressions.some((known) => isSameExpression(known, node))
      if (!isKnown) this.persons[person] = { ...this.persons[person], expressions: [...expressions, node] }
    }
  }

  /** A reason belongs to the emotion before it, in its sentence or earlier, else to the next one. */
  addEmotions(found: readonly EmotionRead[], reasons: readonly Reason[]): void {
    const sorted = found.toSorted((a, b) => a.node.span.from - b.node.span.from)
    let given = 0
    for (const { at, node } of sorted) {
      // The first emotion of a sentence takes what stands before it: *her smile suggests happiness*.
      if (this.emotion !== undefined && node !== sorted[0].node) {
        while (given < reasons.length && reasons[given].span.from < node.span.from) this.addReason(reasons[given++])
      }
      this.addEmotion(this.person(at), node)
    }
    for (const reason of reasons.slice(given)) this.addReason(reason)
  }

  private addEmotion(person: number, node: EmotionRead['node']): void {
    const { emotions } = this.persons[person]
    const known = emotions.findIndex(({ node: { label } }) => label === node.label)
    const index = known >= 0 ? known : Math.min(emotions.length, mostNodes - 1)
    this.emotion = { person, index }
    if (index === emotions.length) {
      this.persons[person] = { ...this.persons[person], emotions: [...emotions, { node, reasons: [] }] }
    }
    const { waiting } = this
    this.waiting = []
    for (const reason of waiting) this.addReason(reason)
  }

  private addReason(reason: Reason): void {
    if (this.emotion === undefined) {
      if (this.waiting.length < mostNodes) this.waiting = [...this.waiting, reason]
      return
    }
    const { person, index } = this.emotion
    const { emotions } = this.persons[person]
    const emotion = emotions[index]
    const isKnown = emotion.reasons.some(({ text }) => text.toLowerCase() === reason.text.toLowerCase())
    if (isKnown || emotion.reasons.length >= mostNodes) return
    const changed = { ...emotion, reasons: [...emotion.reasons, reason] }
    this.persons[person] = { ...this.persons[person], emotions: emotions.with(index, changed) }
  }

  /** Whose node it is; the first node of a text that mentions nobody makes its person. */
  private person(at: number): number {
    if (this.persons.length === 0) this.persons.push(person({}, 'Person 1'))
    return this.owners[at] ?? 0
  }

  /** Whom a mention means; who becomes the one spoken of. */
  private resolve(mention: Mention, current: number | undefined, { words, text }: ReadSentence): number | undefined {
    if (current !== undefined && mention.role === 'object') {
      const known = this.persons[current]
      // *The person is a young woman* tells the gender of the one spoken of.
      if (known.gender === undefined && mention.gender !== undefined)
        this.persons[current] = { ...known, gender: mention.gender }
      if (known.gender === undefined || agrees(mention, known)) return current
    }
    const found = this.find(mention, current)
    if (found === undefined && mention.role === 'pronoun') return current
    if (found === undefined) {
      this.persons.push(
        person(mention, nameOf(mention, words, text, this.persons.length + 1), this.persons.length === 0),
      )
      const made = this.persons.length - 1
      return mention.role === 'introduced' && current !== undefined ? current : made
    }
    const known = this.persons[found]
    const { gender = mention.gender, place = mention.place } = known
    if (gender !== known.gender || place !== known.place) {
      this.persons[found] = {
        ...known,
        ...(gender === undefined ? {} : { gender }),
        ...(place === undefined ? {} : { place }),
      }
    }
    return mention.role === 'introduced' && current !== undefined ? current : found
  }

  /** The one spoken of, where the mention fits them, else the latest whom it fits. */
  private find(mention: Mention, current: number | undefined): number | undefined {
    if (current !== undefined && fits(mention, this.persons[current])) return current
    const index = this.persons.findLastIndex((known) => fits(mention, known))
    return index < 0 ? undefined : index
  }
}

function person({ gender, place, ordinal }: Who, name: string, isFirst = true): PersonDraft {
  const number = ordinal ?? (isFirst ? 1 : undefined)
  return {
    name,
    ...(gender === undefined ? {} : { gender }),
    ...(place === undefined ? {} : { place }),
    ...(number === undefined ? {} : { ordinal: number }),
    attributes: [],
    expressions: [],
    emotions: [],
  }
}

function agrees(mention: Mention, { gender }: PersonDraft): boolean {
  return mention.gender === undefined || mention.gender === gender
}

function isSameExpression(one: ExpressionNode, other: ExpressionNode): boolean {
  return one.label === other.label && one.phase === other.phase && one.actionUnits.join() === other.actionUnits.join()
}

const nodes = new WeakMap<PersonDraft, PersonNode>()

/** The person as read, reasons linked; nobody of whom nothing is said. */
function personNode(draft: PersonDraft): PersonNode | undefined {
  const known = nodes.get(draft)
  if (known !== undefined) return known
  const { name, attributes, expressions } = draft
  if (attributes.length + expressions.length + draft.emotions.length === 0) return undefined
  const emotions = draft.emotions.map(({ node, reasons }): EmotionNode => {
    const evidence = reasons.map(({ text, span, isDenied }) => {
      const of = isDenied ? undefined : nodeBehind(text, attributes, expressions)
      return of === undefined ? { text, span } : { text, span, of }
    })
    return { ...node, evidence }
  })
  const made = { name, attributes, expressions, emotions }
  nodes.set(draft, made)
  return made
}
