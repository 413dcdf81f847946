import { type Choice, isSpelledOut } from './choices.ts'
import type { EmotionRead } from './emotions.ts'
import { type ActionUnit, actions, actionUnits, appearances } from './labels.ts'
import { attributeLexicon } from './lexicon.ts'
import type { Found, ReadSentence } from './read-sentence.ts'
import type { AttributeNode, ExpressionNode, TextSpan } from './tree.ts'

/**
 * Nodes of the options that a sentence picks by their letters, except where the option's own words were read as a node.
 *
 * @param read what was read from the sentence's words
 * @param node makes a label's node; undefined where the label is of another kind
 */
export function chosenNodes<T extends { span: TextSpan }>(
  choices: readonly Choice[],
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

export function attributeChosen(label: string, span: { text: string; span: TextSpan }): AttributeNode | undefined {
  const known = appearances.find((name) => name === label)
  return known === undefined
    ? undefined
    : { kind: 'attribute', label, topic: topicByLabel.get(label) ?? 'Facial_features', ...span }
}

export function expressionChosen(label: string, span: { text: string; span: TextSpan }): ExpressionNode | undefined {
  const unit: ActionUnit | undefined = actionUnits.find((name) => name === label)
  const isAction = actions.some((name) => name === label)
  return unit === undefined && !isAction
    ? undefined
    : { kind: 'expression', label, actionUnits: unit === undefined ? [] : [unit], ...span }
}

export function emotionChosen(label: string, span: { text: string; span: TextSpan }): EmotionRead['node'] {
  return { kind: 'emotion', label, ...span }
}
