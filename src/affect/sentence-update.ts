import type { EmotionRead, Reason } from './emotions.ts'
import { newPerson, type PartialPerson, type PartialTree } from './partial-tree.ts'
import { fits, type Mention, mentionsOf, nameOf } from './persons.ts'
import type { Found, ReadSentence } from './read-sentence.ts'
import type { AttributeNode, ExpressionNode } from './tree.ts'

/** Limit of nodes of a kind per person, and of reasons per emotion, so that endless repetition costs no memory. */
const mostNodes = 128

/** Adds one sentence's nodes to a partial tree, each to the person of whom the sentence speaks there. */
export class SentenceUpdate {
  readonly mentions: readonly Mention[]
  private readonly persons: PartialPerson[]
  private readonly owners: readonly number[]
  private readonly rest: Omit<PartialTree, 'persons'>
  private emotion: PartialTree['emotion']
  private waiting: readonly Reason[]

  constructor(before: PartialTree, sentence: ReadSentence) {
    const { persons, ...rest } = before
    this.persons = [...persons]
    this.mentions = mentionsOf(sentence.words)
    this.emotion = before.emotion
    this.waiting = before.waiting
    let current = before.current
    const owners: number[] = []
    let next = 0
    // *She looks at a man with a beard and smiles*: the rest of the clause is about him, what follows it about her.
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

  /** The tree with everything added so far. */
  get tree(): PartialTree {
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
      const person = this.ownerOf(at)
      const { attributes } = this.persons[person]
      const isKnown = attributes.length >= mostNodes || attributes.some(({ label }) => label === node.label)
      if (!isKnown) this.persons[person] = { ...this.persons[person], attributes: [...attributes, node] }
    }
  }

  addExpressions(found: readonly Found<ExpressionNode>[]): void {
    for (const { at, node } of found) {
      const person = this.ownerOf(at)
      const { expressions } = this.persons[person]
      const isKnown = expressions.length >= mostNodes || expressions.some((known) => isSameExpression(known, node))
      if (!isKnown) this.persons[person] = { ...this.persons[person], expressions: [...expressions, node] }
    }
  }

  /** A reason belongs to the emotion named before it, in its sentence or earlier; without one, to the next emotion. */
  addEmotions(found: readonly EmotionRead[], reasons: readonly Reason[]): void {
    const sorted = found.toSorted((a, b) => a.node.span.from - b.node.span.from)
    let given = 0
    for (const { at, node } of sorted) {
      // The first emotion of a sentence takes what stands before it: *her smile suggests happiness*.
      if (this.emotion !== undefined && node !== sorted[0].node) {
        while (given < reasons.length && reasons[given].span.from < node.span.from) this.addReason(reasons[given++])
      }
      this.addEmotion(this.ownerOf(at), node)
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

  /** Index of the person whom the word is about. In a text that mentions nobody, the first node makes one. */
  private ownerOf(at: number): number {
    if (this.persons.length === 0) this.persons.push(newPerson({}, 'Person 1'))
    return this.owners[at] ?? 0
  }

  /**
   * Index of the person whom a mention means, who is added if need be. A newcomer in a list does not become current.
   */
  private resolve(mention: Mention, current: number | undefined, { words, text }: ReadSentence): number | undefined {
    if (current !== undefined && mention.role === 'object') {
      const known = this.persons[current]
      // *The person is a young woman* tells the gender of the current person.
      if (known.gender === undefined && mention.gender !== undefined)
        this.persons[current] = { ...known, gender: mention.gender }
      if (known.gender === undefined || agrees(mention, known)) return current
    }
    const found = this.find(mention, current)
    if (found === undefined && mention.role === 'pronoun') return current
    if (found === undefined) {
      this.persons.push(
        newPerson(mention, nameOf(mention, words, text, this.persons.length + 1), this.persons.length === 0),
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

  /** The current person if the mention fits them, else the last person whom it fits. */
  private find(mention: Mention, current: number | undefined): number | undefined {
    if (current !== undefined && fits(mention, this.persons[current])) return current
    const index = this.persons.findLastIndex((known) => fits(mention, known))
    return index < 0 ? undefined : index
  }
}

function agrees(mention: Mention, { gender }: PartialPerson): boolean {
  return mention.gender === undefined || mention.gender === gender
}

function isSameExpression(one: ExpressionNode, other: ExpressionNode): boolean {
  return one.label === other.label && one.phase === other.phase && one.actionUnits.join() === other.actionUnits.join()
}
