import type { ActionUnit } from '../affect/labels.ts'
import type { StageId } from '../affect/stages.ts'
import { wholePicture } from '../affect/track.ts'
import type { AffectiveTree, AttributeNode, ExpressionNode, TextSpan } from '../affect/tree.ts'
import { unitWords } from './answers.ts'
import type { DrawnAction, Truth } from './truth.ts'

/**
 * What a perfect reading of these frames is: the tree that an answer to the reasoning preset should be parsed into.
 * Made of the truth alone, so that the parser is scored along with the model. Nothing was read, so spans are empty.
 */
export function truthTree(truth: Truth): AffectiveTree {
  const expressions = [...unitNodes(truth), ...truth.actions.map(actionNode)]
  const evidence = truth.evidence.map((unit) => ({
    text: unitWords[unit],
    span: emptySpan('emotion'),
    of: { kind: 'expression', index: expressions.findIndex(({ label }) => label === unit) } as const,
  }))
  return {
    persons: [
      {
        name: truth.isMale ? 'Man' : 'Woman',
        attributes: attributeNodes(truth),
        expressions,
        emotions: [
          { kind: 'emotion', label: truth.emotion, text: truth.emotion, evidence, span: emptySpan('emotion') },
        ],
      },
    ],
  }
}

/** The appearances, and what the prose says of their absence: a woman, middle age, a beard without a label. */
function attributeNodes({ appearances, isMale, isYoung, hasFullBeard }: Truth): AttributeNode[] {
  const labels = [
    ...(isMale ? [] : ['female']),
    ...(isYoung ? [] : ['middle aged']),
    ...(hasFullBeard ? ['beard'] : []),
    ...appearances,
  ]
  return labels.map((label) => ({
    kind: 'attribute',
    label,
    topic: 'Facial_features',
    text: label,
    span: emptySpan('attributes'),
  }))
}

/** Every unit of every expression; a face at rest is one node. */
function unitNodes({ phases }: Truth): ExpressionNode[] {
  return phases.flatMap(({ when, units }) => {
    const phase = when === 'throughout' ? {} : { phase: when }
    const nodes = units.map((unit) => ({ ...expression(unit, unitWords[unit], [unit]), ...phase }))
    return nodes.length > 0 ? nodes : [{ ...expression('face is at rest', 'the face is at rest', []), ...phase }]
  })
}

/** Units that the words for an action say by themselves. */
const meantUnits: Readonly<Partial<Record<DrawnAction, readonly ActionUnit[]>>> = {
  smile: ['AU12'],
  laugh: ['AU12', 'AU25'],
  frown: ['AU4'],
  yawn: ['AU25', 'AU26'],
}

function actionNode(action: DrawnAction): ExpressionNode {
  return expression(action, action, meantUnits[action] ?? [])
}

function expression(label: string, text: string, actionUnits: readonly ActionUnit[]): ExpressionNode {
  return { kind: 'expression', label, text, actionUnits, span: emptySpan('expression') }
}

function emptySpan(stage: StageId): TextSpan {
  return { stage, track: wholePicture, from: 0, to: 0 }
}
