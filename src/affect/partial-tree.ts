import type { EmotionRead, Reason } from './emotions.ts'
import { evidenceNode } from './evidence.ts'
import type { PersonTraits } from './persons.ts'
import type { AttributeNode, EmotionNode, ExpressionNode, PersonNode } from './tree.ts'
import type { Word } from './words.ts'

/** An emotion and the reasons read for it so far. */
export interface PartialEmotion {
  readonly node: EmotionRead['node']
  readonly reasons: readonly Reason[]
}

/** A person and what has been read of them so far. */
export interface PartialPerson extends PersonTraits {
  readonly name: string
  readonly attributes: readonly AttributeNode[]
  readonly expressions: readonly ExpressionNode[]
  readonly emotions: readonly PartialEmotion[]
}

/** What has been read up to some sentence. Immutable: every sentence makes a new one. */
export interface PartialTree {
  readonly persons: readonly PartialPerson[]
  /** Index of the person of whom the text speaks; undefined before it mentions anybody. */
  readonly current?: number
  /** The emotion that was named last, to which reasons are added. */
  readonly emotion?: { readonly person: number; readonly index: number }
  /** Reasons read before the first emotion, which gets them. */
  readonly waiting: readonly Reason[]
  /**
   * Words of a heading such as `Hair:`. It holds until its line ends or, on a line of its own, until the next heading.
   */
  readonly heading: readonly Word[]
  readonly isBlockHeading: boolean
}

export const emptyPartialTree: PartialTree = { persons: [], waiting: [], heading: [], isBlockHeading: false }

/**
 * Where a stage begins: with the persons of the stages before it, the first of them current, without reasons or
 * heading.
 */
export function startStage({ persons }: PartialTree): PartialTree {
  return { ...emptyPartialTree, persons, ...(persons.length === 0 ? {} : { current: 0 }) }
}

/** A person of whom nothing has been read. A person without a number counts as number 1 if they are the first. */
export function newPerson({ gender, place, ordinal }: PersonTraits, name: string, isFirst = true): PartialPerson {
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

const nodes = new WeakMap<PartialPerson, PersonNode>()

/**
 * The person as a node, with each reason linked to the node that it rests on; undefined where nothing was read of them.
 */
export function personNode(person: PartialPerson): PersonNode | undefined {
  const known = nodes.get(person)
  if (known !== undefined) return known
  const { name, attributes, expressions } = person
  if (attributes.length + expressions.length + person.emotions.length === 0) return undefined
  const emotions = person.emotions.map(({ node, reasons }): EmotionNode => {
    const evidence = reasons.map(({ text, span, isNegated }) => {
      const of = isNegated ? undefined : evidenceNode(text, attributes, expressions)
      return of === undefined ? { text, span } : { text, span, of }
    })
    return { ...node, evidence }
  })
  const made = { name, attributes, expressions, emotions }
  nodes.set(person, made)
  return made
}
