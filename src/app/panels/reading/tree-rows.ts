import type { Claim } from '../../../affect/claims.ts'
import { type ActionUnit, actionUnits } from '../../../affect/labels.ts'
import { type StageId, stageIds } from '../../../affect/stages.ts'
import type { AffectiveTree, ExpressionNode, PersonNode, TextSpan } from '../../../affect/tree.ts'
import { emotionWord } from '../../emotion-hue.ts'
import { formatLabel } from '../../format.ts'
import { unitText } from '../../unit-text.ts'

export type TreePhase = NonNullable<ExpressionNode['phase']>

const phaseOrder: readonly TreePhase[] = ['beginning', 'middle', 'end']

/** A row of the tree below its stage. */
export interface TreeRow {
  /**
   * The same for the same thing that is said, from update to update: what was focused stays so, and a row keeps its place.
   */
  readonly key: string
  readonly kind: 'person' | 'attribute' | 'expression' | 'emotion' | 'evidence'
  readonly label: string
  /** Attributes: of what. */
  readonly topic?: string
  readonly actionUnits?: readonly ActionUnit[]
  /** Expressions: the parts of the clip that the words name, in the order of time. */
  readonly phases?: readonly TreePhase[]
  /** Emotions: the label as the model gives it. */
  readonly emotion?: string
  /** It was said in the update before, and the newest answer has not come so far. */
  readonly isOld?: boolean
  /** Expressions: what was measured of what they say, where a face was followed. */
  readonly claims?: readonly Claim[]
  /** The answer's own words; empty for a person. */
  readonly spans: readonly TextSpan[]
  /** The row that a piece of evidence rests on. */
  readonly restsOn?: { readonly key: string; readonly label: string }
  readonly rows: readonly TreeRow[]
}

/** A person's list of the nodes that a stage's answers give; a stage without one has no rows. */
const lists: Readonly<Partial<Record<StageId, 'attributes' | 'expressions' | 'emotions'>>> = {
  attributes: 'attributes',
  expression: 'expressions',
  emotion: 'emotions',
}

/**
 * The tree as rows by stage; with several persons, each stage has a row for each of them.
 *
 * @param claims of the tree
 */
export function rowsByStage(
  tree: AffectiveTree,
  claims: readonly Claim[] = [],
): Readonly<Record<StageId, readonly TreeRow[]>> {
  const isOne = tree.persons.length === 1
  const rowsOf = (stage: StageId): TreeRow[] =>
    tree.persons.flatMap((person, index) => {
      const list = lists[stage]
      if (list === undefined || person[list].length === 0) return []
      const rows = personRows(stage, person, index, claims)
      return isOne ? rows : [{ key: `${stage}/${index}`, kind: 'person' as const, label: person.name, spans: [], rows }]
    })
  return Object.fromEntries(stageIds.map((id) => [id, rowsOf(id)])) as unknown as Record<StageId, TreeRow[]>
}

function personRows(stage: StageId, person: PersonNode, at: number, claims: readonly Claim[]): TreeRow[] {
  switch (stage) {
    case 'attributes':
      return [...groupedByLabel(person.attributes)].map(([label, nodes]) => ({
        key: keyOf(at, 'attribute', label),
        kind: 'attribute',
        label: formatLabel(label),
        topic: formatLabel(nodes[0].node.topic),
        spans: nodes.map(({ node }) => node.span),
        rows: [],
      }))
    case 'expression':
      return [...groupedByLabel(person.expressions)].map(([label, nodes]) => {
        const indices = new Set(nodes.map(({ index }) => index))
        const own = claims.filter(({ of }) => of.person === at && indices.has(of.index))
        const phases = phaseOrder.filter((phase) => nodes.some(({ node }) => node.phase === phase))
        return {
          key: keyOf(at, 'expression', label),
          kind: 'expression',
          label: expressionText(label),
          actionUnits: [...new Set(nodes.flatMap(({ node }) => node.actionUnits))],
          ...(phases.length > 0 ? { phases } : {}),
          ...(own.length > 0 ? { claims: own } : {}),
          spans: nodes.map(({ node }) => node.span),
          rows: [],
        }
      })
    case 'emotion':
      return person.emotions.map(({ label, evidence, span }, index) => {
        // By place, so that another emotion stands where the one before it stood.
        const key = keyOf(at, 'emotion', String(index))
        return {
          key,
          kind: 'emotion',
          label: emotionWord(label),
          emotion: label,
          spans: [span, ...evidence.map((item) => item.span)],
          rows: evidence.map((item, i) => {
            const target = item.of && person[item.of.kind === 'attribute' ? 'attributes' : 'expressions'][item.of.index]
            return {
              key: `${key}/${i}`,
              kind: 'evidence',
              label: item.text,
              spans: [item.span, ...(target ? [target.span] : [])],
              ...(item.of && target
                ? { restsOn: { key: keyOf(at, item.of.kind, target.label), label: expressionText(target.label) } }
                : {}),
              rows: [],
            }
          }),
        }
      })
    default:
      return []
  }
}

function keyOf(person: number, kind: TreeRow['kind'], name: string): string {
  return `${kind}/${person}.${name}`
}

/** `smile`; of an answer that names a unit by its code alone, `lip corner puller AU12`. */
function expressionText(label: string): string {
  const unit = actionUnits.find((each) => each === label)
  return unit ? unitText(unit) : formatLabel(label)
}

/** What is said several times, as of several parts of a clip, is one row; the first mention gives its place. */
function groupedByLabel<Node extends { readonly label: string }>(nodes: readonly Node[]) {
  const groups = new Map<string, [{ node: Node; index: number }, ...{ node: Node; index: number }[]]>()
  for (const [index, node] of nodes.entries()) {
    const group = groups.get(node.label)
    if (group) group.push({ node, index })
    else groups.set(node.label, [{ node, index }])
  }
  return groups
}

/** Every row by its key, those inside of others too. */
export function indexRows(rows: Iterable<TreeRow>, index = new Map<string, TreeRow>()): Map<string, TreeRow> {
  for (const row of rows) {
    index.set(row.key, row)
    indexRows(row.rows, index)
  }
  return index
}

/** The keys of what must be open for a row to be seen, the stage's own first. */
export function pathTo(key: string, rows: Readonly<Record<StageId, readonly TreeRow[]>>): readonly string[] {
  const search = (inside: readonly TreeRow[], path: readonly string[]): readonly string[] | undefined => {
    for (const row of inside) {
      if (row.key === key) return path
      const found = search(row.rows, [...path, row.key])
      if (found) return found
    }
    return undefined
  }
  for (const id of stageIds) {
    const found = search(rows[id], [id])
    if (found) return found
  }
  return []
}

/** The part of the frames that an expression was read from, as far as the text tells: the thirds of the clip. */
export function framesOfPhases<Frame>(frames: readonly Frame[], phases: readonly TreePhase[] = []): readonly Frame[] {
  if (phases.length === 0 || frames.length < 3) return frames
  const third = frames.length / 3
  const thirds = { beginning: [0, third], middle: [third, 2 * third], end: [2 * third, frames.length] }
  const spans = phases.map((phase) => thirds[phase])
  return frames.filter((_, index) => spans.some(([from, to]) => index >= Math.floor(from) && index < Math.ceil(to)))
}
