import type { ActionUnit } from './labels.ts'
import type { StageId } from './stage.ts'
import type { Place } from './track.ts'

/** Which text a node was read in: a stage's answer about a track. */
export interface TextPlace extends Place {
  readonly stage: StageId
}

/** Where in that text a node was read, in UTF-16 units. */
export interface TextSpan extends TextPlace {
  readonly from: number
  readonly to: number
}

export interface AttributeNode {
  readonly kind: 'attribute'
  /** A label of `appearances`, or the answer's own words if none fits. */
  readonly label: string
  /** The part of face or body, or other topic: hair, eyes, mouth, accessories ... */
  readonly topic: string
  /** The answer's words for it. */
  readonly text: string
  readonly span: TextSpan
}

export interface ExpressionNode {
  readonly kind: 'expression'
  /** A label of `actions`, or the answer's own words if none fits. */
  readonly label: string
  readonly text: string
  /** Named as such (AU12) or described (lip corners pulled up). */
  readonly actionUnits: readonly ActionUnit[]
  /** When in the clip, if the text says so. */
  readonly phase?: 'beginning' | 'middle' | 'end'
  readonly span: TextSpan
}

/** A reason that the text gives for an emotion, and the node that it rests on. */
export interface Evidence {
  readonly text: string
  readonly span: TextSpan
  /** The node that it speaks of, by kind and index in the person's list; undefined if none fits. */
  readonly of?: { readonly kind: 'attribute' | 'expression'; readonly index: number }
}

export interface EmotionNode {
  readonly kind: 'emotion'
  /** A label of the stage's label set, or the answer's own words if none fits. */
  readonly label: string
  readonly text: string
  readonly evidence: readonly Evidence[]
  readonly span: TextSpan
}

export interface PersonNode {
  /** What the text calls the person, otherwise `Person 1`. */
  readonly name: string
  readonly attributes: readonly AttributeNode[]
  readonly expressions: readonly ExpressionNode[]
  readonly emotions: readonly EmotionNode[]
}

/** What a reading says: person -> attributes, expressions with action units, emotions with evidence. */
export interface AffectiveTree {
  readonly persons: readonly PersonNode[]
}

export const emptyTree: AffectiveTree = { persons: [] }
