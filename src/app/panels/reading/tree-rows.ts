import type { Claim } from '../../../affect/claims.ts'
import type { ActionUnit } from '../../../affect/labels.ts'
import { type StageId, stageIds } from '../../../affect/stages.ts'
import type { AffectiveTree, ExpressionNode, PersonNode, TextSpan } from '../../../affect/tree.ts'
import { formatLabel } from '../../format.ts'

/** A row of the tree below its stage. */
export interface TreeRow {
  /** The same for the same place in the tree, so that what was opened or focused stays so while the tree grows. */
  readonly key: string
  readonly kind: 'person' | 'attribute' | 'expression' | 'emotion' | 'evidence'
  readonly label: string
  /** Attributes: of what. */
  readonly topic?: string
  readonly actionUnits?: readonly ActionUnit[]
  readonly phase?: ExpressionNode['phase']
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
      return person.attributes.map(({ label, topic, span }, index) => ({
        key: keyOf(at, 'attribute', index),
        kind: 'attribute',
        label: formatLabel(label),
        topic: formatLabel(topic),
        spans: [span],
        rows: [],
      }))
    case 'expression':
      return person.expressions.map(({ label, actionUnits, phase, span }, index) => {
        const own = claims.filter(({ of }) => of.person === at && of.index === index)
        return {
          key: keyOf(at, 'expression', index),
          kind: 'expression',
          label: formatLabel(label),
          actionUnits,
          ...(phase ? { phase } : {}),
          ...(own.length > 0 ? { claims: own } : {}),
          spans: [span],
          rows: [],
        }
      })
    case 'emotion':
      return person.emotions.map(({ label, evidence, span }, index) => {
        const key = keyOf(at, 'emotion', index)
        return {
          key,
          kind: 'emotion',
          label: formatLabel(label),
          spans: [span, ...evidence.map((item) => item.span)],
          rows: evidence.map((item, i) => {
            const target = item.of && person[item.of.kind === 'attribute' ? 'attributes' : 'expressions'][item.of.index]
            return {
              key: `${key}/${i}`,
              kind: 'evidence',
              label: item.text,
              spans: [item.span, ...(target ? [target.span] : [])],
              ...(item.of && target
                ? { restsOn: { key: keyOf(at, item.of.kind, item.of.index), label: formatLabel(target.label) } }
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

function keyOf(person: number, kind: TreeRow['kind'], index: number): string {
  return `${kind}/${person}.${index}`
}

/** Every row by its key, those inside of others too. */
export function indexRows(rows: Iterable<TreeRow>, index = new Map<string, TreeRow>()): Map<string, TreeRow> {
  for (const row of rows) {
    index.set(row.key, row)
    indexRows(row.rows, index)
  }
  return index
}

/** How many things were read: rows that stand for a part of the tree, persons and evidence aside. */
export function countNodes(rows: readonly TreeRow[]): number {
  return rows.reduce((sum, row) => sum + (row.kind === 'person' ? countNodes(row.rows) : 1), 0)
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
export function framesOfPhase<Frame>(frames: readonly Frame[], phase: TreeRow['phase']): readonly Frame[] {
  if (phase === undefined || frames.length < 3) return frames
  const third = frames.length / 3
  const [from, to] = { beginning: [0, third], middle: [third, 2 * third], end: [2 * third, frames.length] }[phase]
  return frames.slice(Math.floor(from), Math.ceil(to))
}
