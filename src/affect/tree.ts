import type { ActionUnit } from './labels.ts'
import type { StageId } from './stage.ts'

/** Where in an answer a node was read, in UTF-16 units of that stage's text. */
export interface TextSpan {
  readonly stage: StageId
  readonly from: number
  readonly to: number
}

export interface AttributeNode {
  readonly kind: 'attribute'
  /** A label of `appearances` where one fits, else the words themselves. */
  readonly label: string
  /** Of the body or the face: hair, eyes, mouth, accessories ... */
  readonly topic: string
  /** The words that say it. */
  readonly text: string
  readonly span: TextSpan
}

export interface ExpressionNode {
  readonly kind: 'expression'
  /** A label of `actions` where one fits, else the words themselves. */
  readonly label: string
  readonly text: string
  /** Named outright (AU12) or meant by the words (lip corners pulled up). */
  readonly actionUnits: readonly ActionUnit[]
  /** When in the clip, as the text says it: first, middle, last. */
  readonly phase?: 'beginning' | 'middle' | 'end'
  readonly span: TextSpan
}

/** A word or phrase of the emotion's reasons, and the node it rests on. */
export interface Evidence {
  readonly text: string
  readonly span: TextSpan
  /** Which node it speaks of, by kind and place in its list; none when nothing fits. */
  readonly of?: { readonly kind: 'attribute' | 'expression'; readonly index: number }
}

export interface EmotionNode {
  readonly kind: 'emotion'
  /** A label of the stage's own set where one fits, else the words themselves. */
  readonly label: string
  readonly text: string
  readonly evidence: readonly Evidence[]
  readonly span: TextSpan
}

export interface PersonNode {
  /** `Person 1`, or what the text calls them. */
  readonly name: string
  readonly attributes: readonly AttributeNode[]
  readonly expressions: readonly ExpressionNode[]
  readonly emotions: readonly EmotionNode[]
}

/** What an update reads: person -> attributes, expressions with action units, emotions with evidence. */
export interface AffectiveTree {
  readonly persons: readonly PersonNode[]
}

export const emptyTree: AffectiveTree = { persons: [] }
