import { type ActionUnit, actions, actionUnits, type DfewEmotion, dfewEmotions } from '../../src/affect/labels.ts'
import type { AffectiveTree, ExpressionNode } from '../../src/affect/tree.ts'
import { labelledTree, treeDistance } from '../../src/affect/tree-distance.ts'
import type { MotionType } from '../../src/demo-face/clip.ts'
import { drawnAppearances, type Truth } from '../../src/demo-face/truth.ts'
import { truthTree } from '../../src/demo-face/truth-tree.ts'

/**
 * VidEmo's reward is exp(-lambda TED) with an unpublished lambda. With this one an empty reading of a usual tree, some 25
 * nodes, has about 0.1, and a reading with one wrong unit (its node and its code) 0.8.
 */
export const treeLambda = 0.1

/** A clip and what was read of it. */
export interface ScoredClip {
  readonly truth: Truth
  /** Of the clip's frames in their order, as the page's parser understands the answers. */
  readonly tree: AffectiveTree
  /** Of the same frames in another order; left out where it was not read. */
  readonly shuffled?: AffectiveTree
}

export interface F1 {
  readonly microF1: number
  readonly precision: number
  readonly recall: number
}

/** Of all clips with the row's label, the share for which each label was read (default: 0). */
export type Confusion = Readonly<Record<string, Readonly<Record<string, number>>>>

/** All figures are shares, 0 to 1. What the preset does not ask about is null. */
export interface ScoreFigures {
  /** Over every clip and every label that a face can be drawn with. */
  readonly attributes: F1
  /** Units named in the answer, by code or in words; not those that only an action (a smile) implies. */
  readonly actionUnits: F1 & { readonly perUnit: Readonly<Record<ActionUnit, number>> }
  readonly motion: {
    /** Of the clips with a motion that no single frame shows (`timedMotions`), those whose first motion read is the one. */
    readonly accuracy: number
    /** The same with the frames in a random order. */
    readonly shuffledAccuracy: number | null
    /** Of the clips with any motion. */
    readonly accuracyOfMoving: number
    /** Of all clips; nothing may be read where nothing moves. */
    readonly accuracyOfAll: number
    readonly confusion: Confusion
  } | null
  readonly emotion: { readonly accuracy: number; readonly confusion: Confusion }
  readonly tree: {
    /** Mean exp(-lambda TED) with `treeLambda`. */
    readonly similarity: number
    /** Mean exp(-TED): little else than the share of trees without a single difference. */
    readonly exact: number
  } | null
}

/**
 * @param asks what of the truth the preset's questions are about: choices know no motions, and their answers are no
 *   trees with reasons
 */
export function figuresOf(clips: readonly ScoredClip[], asks: { readonly motions: boolean }): ScoreFigures {
  const attributes = new Counts()
  const units = new Counts()
  const perUnit = Object.fromEntries(actionUnits.map((unit) => [unit, new Counts()])) as Record<ActionUnit, Counts>
  for (const { truth, tree } of clips) {
    const [looks, moved] = [attributesIn(tree), unitsIn(tree)]
    for (const label of drawnAppearances) attributes.add(truth.appearances.includes(label), looks.has(label))
    for (const unit of actionUnits) {
      for (const counts of [units, perUnit[unit]]) counts.add(truth.units.includes(unit), moved.has(unit))
    }
  }
  const emotions = clips.map(({ truth, tree }) => ({ true: truth.emotion, read: emotionIn(tree) }))
  return {
    attributes: attributes.f1,
    actionUnits: {
      ...units.f1,
      perUnit: Object.fromEntries(actionUnits.map((unit) => [unit, perUnit[unit].f1.microF1])) as Record<
        ActionUnit,
        number
      >,
    },
    motion: asks.motions ? motionFigures(clips) : null,
    emotion: { accuracy: accuracyOf(emotions), confusion: confusionOf(emotions) },
    tree: asks.motions ? treeFigures(clips) : null,
  }
}

function motionFigures(clips: readonly ScoredClip[]): ScoreFigures['motion'] {
  const all = clips.map(({ truth, tree }) => ({ true: truth.motion, read: motionIn(tree) }))
  const isTimed = (clip: { readonly true: MotionType }) => timedMotions.has(clip.true)
  const shuffled = clips.flatMap(({ truth, shuffled: tree }) =>
    tree === undefined ? [] : [{ true: truth.motion, read: motionIn(tree) }],
  )
  return {
    accuracy: accuracyOf(all.filter(isTimed)),
    shuffledAccuracy: shuffled.some(isTimed) ? accuracyOf(shuffled.filter(isTimed)) : null,
    accuracyOfMoving: accuracyOf(all.filter((clip) => clip.true !== 'none')),
    accuracyOfAll: accuracyOf(all),
    confusion: confusionOf(all),
  }
}

function treeFigures(clips: readonly ScoredClip[]): ScoreFigures['tree'] {
  const distances = clips.map(({ truth, tree }) => treeDistance(labelledTree(tree), labelledTree(truthTree(truth))))
  return {
    similarity: mean(distances.map((distance) => Math.exp(-treeLambda * distance))),
    exact: mean(distances.map((distance) => Math.exp(-distance))),
  }
}

function attributesIn({ persons }: AffectiveTree): Set<string> {
  return new Set(persons.flatMap(({ attributes }) => attributes.map(({ label }) => label)))
}

const actionLabels: ReadonlySet<string> = new Set([...actions, 'blink'])

function unitsIn(tree: AffectiveTree): Set<ActionUnit> {
  return new Set(expressionsIn(tree).flatMap(({ label, actionUnits: units }) => (actionLabels.has(label) ? [] : units)))
}

/** Told apart by time alone; closed eyes, a wink, a yawn or a glance can be seen in one frame. */
const timedMotions: ReadonlySet<MotionType> = new Set(['nod', 'shake_head', 'turn', 'blink', 'talk'])

const motions: ReadonlySet<string> = new Set<MotionType>([
  'nod',
  'shake_head',
  'turn',
  'blink',
  'close_eyes',
  'talk',
  'yawn',
  'look_around',
  'wink',
])

/** The first motion among the actions. */
function motionIn(tree: AffectiveTree): string {
  return expressionsIn(tree).find(({ label }) => motions.has(label))?.label ?? 'none'
}

const emotionLabels: ReadonlySet<string> = new Set<DfewEmotion>(dfewEmotions)

/** The first emotion; `other` where it is none of the seven. */
function emotionIn({ persons }: AffectiveTree): string {
  const [first] = persons.flatMap(({ emotions }) => emotions)
  if (first === undefined) return 'none'
  return emotionLabels.has(first.label) ? first.label : 'other'
}

function expressionsIn({ persons }: AffectiveTree): ExpressionNode[] {
  return persons.flatMap(({ expressions }) => expressions)
}

/** True and false positives and negatives. */
class Counts {
  private hits = 0
  private claims = 0
  private facts = 0

  add(isTrue: boolean, isRead: boolean): void {
    if (isTrue) this.facts++
    if (isRead) this.claims++
    if (isTrue && isRead) this.hits++
  }

  /** Nothing to be read and nothing read is perfect. */
  get f1(): F1 {
    const { hits, claims, facts } = this
    const share = (of: number) => (of === 0 ? Number(claims + facts === 0) : hits / of)
    return { microF1: share((claims + facts) / 2), precision: share(claims), recall: share(facts) }
  }
}

interface Reading {
  readonly true: string
  readonly read: string
}

function accuracyOf(readings: readonly Reading[]): number {
  return mean(readings.map((each) => Number(each.true === each.read)))
}

function confusionOf(readings: readonly Reading[]): Confusion {
  const rows: Record<string, Record<string, number>> = {}
  for (const { true: label, read } of readings) {
    rows[label] ??= {}
    const row = rows[label]
    row[read] = (row[read] ?? 0) + 1
  }
  return Object.fromEntries(
    Object.entries(rows).map(([label, row]) => {
      const all = Object.values(row).reduce((sum, count) => sum + count, 0)
      return [label, Object.fromEntries(Object.entries(row).map(([read, count]) => [read, count / all]))]
    }),
  )
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}
