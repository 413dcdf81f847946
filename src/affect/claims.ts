import { measurablesOf } from './claimed.ts'
import { curveOf, type LevelCurve, rounded } from './level-curve.ts'
import { isUnmeasurable, type Measurable, type Measuring, measuringOf } from './measurables.ts'
import { type FaceEvent, type FaceFlaw, faceFlaws, type MeasuredFace, type MeasuredSpan } from './measures.ts'
import type { StageId } from './stage.ts'
import type { AffectiveTree, ExpressionNode } from './tree.ts'
import type { View } from './view.ts'

export const verdicts = ['seen', 'not-seen', 'cannot-tell'] as const

/**
 * Why it cannot be told whether something was there: nothing that is measured tells it (`not-measurable`), the unit is
 * measured poorly (`poor`), the movement is weaker than what counts as seen and stronger than rest (`faint`), nobody was
 * followed for most of the time (`nobody`), too short a time is measured for a movement (`too-short`), the words tell of
 * several people and the measures of one (`several-people`); or a flaw of the face for most of the time.
 */
export const doubts = [
  'not-measurable',
  'poor',
  'faint',
  'nobody',
  'too-short',
  'several-people',
  ...faceFlaws,
] as const
export type Doubt = (typeof doubts)[number]

/** A level that was reached, and for how long; times on the source's own clock, s. */
export interface Sighting {
  /** The highest level, 0 to 1. */
  readonly strength: number
  readonly startS: number
  readonly endS: number
}

/** What measured movement says of a claim. */
export type Verdict =
  | ({ readonly verdict: 'seen' } & Sighting)
  /** `elsewhere`: it is there, and not in the part of the clip that the words name. */
  | { readonly verdict: 'not-seen'; readonly strength: number; readonly elsewhere?: Sighting }
  | { readonly verdict: 'cannot-tell'; readonly reason: Doubt }

/** One thing that the words say a face did, held against what was measured of it. */
export type Claim = Verdict & {
  /** The expression node that says it, by person and place in their list. */
  readonly of: { readonly person: number; readonly index: number }
  /** Absent where nothing measures it. */
  readonly what?: Measurable
  /** When in the clip, if the words say so. */
  readonly phase?: NonNullable<ExpressionNode['phase']>
  /** Of the whole span, whichever part the words name; absent where nobody was measured. */
  readonly curve?: LevelCurve
}

/** What an answer is held against. */
export interface Held {
  readonly measured: MeasuredSpan
  /** Of the frames that the answer is about, s. */
  readonly startS: number
  readonly endS: number
  readonly view: View
}

/** Share of a part during which a face must be followed, and be measurable, for a claim about it to be decided. */
const leastShare = 0.5
/** A level must hold for two measures at least, and for so long, s, to count. */
const leastRunS = 0.1
/** Below this a span is a picture or a blink of one: no movement can be told in it, s. */
const shortestForMovement = 0.5

/**
 * Holds every expression node of a tree against measured movement: one claim for each thing of it that is measured, one
 * that cannot be told for a node of which nothing is. In the order of the tree. What the words deny is no node, and no
 * claim. Never throws.
 *
 * @param against the same for all of it, or for each stage what its answer was about; a stage without gives no claims
 */
export function claimsOf(
  { persons }: AffectiveTree,
  against: Held | ((stage: StageId) => Held | undefined),
): readonly Claim[] {
  return persons.flatMap(({ expressions }, person) =>
    expressions.flatMap((node, index) => {
      const held = typeof against === 'function' ? against(node.span.stage) : against
      if (!held) return []
      const isAmbiguous = held.view === 'picture' && persons.length > 1
      const place = { of: { person, index }, ...(node.phase ? { phase: node.phase } : {}) }
      if (isAmbiguous) return [{ ...place, ...doubt('several-people') }]
      const claimed = measurablesOf(node)
      if (claimed.length === 0) return [{ ...place, ...doubt('not-measurable') }]
      return claimed.map((what): Claim => {
        const curve = curveOf(measuringOf[what].level, held)
        return { ...place, what, ...(curve ? { curve } : {}), ...verdictOf(what, node.phase, held) }
      })
    }),
  )
}

type WithoutCurve<Each> = Each extends unknown ? Omit<Each, 'curve'> : never
/** For records and other programs: without the curve, which is there to be drawn. */
export type PlainClaim = WithoutCurve<Claim>

export function plainClaim({ curve: _, ...claim }: Claim): PlainClaim {
  return claim
}

/** How many claims have each verdict. */
export function countVerdicts(claims: readonly Pick<Claim, 'verdict'>[]): Readonly<Record<Claim['verdict'], number>> {
  const count = (verdict: Claim['verdict']) => claims.filter((each) => each.verdict === verdict).length
  return { seen: count('seen'), 'not-seen': count('not-seen'), 'cannot-tell': count('cannot-tell') }
}

interface Part {
  readonly fromS: number
  readonly toS: number
}

/** What measured movement says of one thing, in the part of a span that a phase names: its thirds. */
export function verdictOf(what: Measurable, phase: ExpressionNode['phase'], held: Held): Verdict {
  const whole = { fromS: held.startS, toS: held.endS }
  const part = phase === undefined ? whole : thirdOf(whole, phase)
  const verdict = verdictIn(part, what, held)
  if (verdict.verdict !== 'not-seen' || part === whole) return verdict
  const anywhere = verdictIn(whole, what, held)
  if (anywhere.verdict !== 'seen') return verdict
  const { strength, startS, endS } = anywhere
  return { ...verdict, elsewhere: { strength, startS, endS } }
}

/** A span without length, as of a picture, has no thirds. */
function thirdOf(whole: Part, phase: NonNullable<ExpressionNode['phase']>): Part {
  const third = (whole.toS - whole.fromS) / 3
  if (!(third > 0)) return whole
  const at = { beginning: 0, middle: 1, end: 2 }[phase]
  return { fromS: whole.fromS + at * third, toS: whole.fromS + (at + 1) * third }
}

function verdictIn(part: Part, what: Measurable, { measured, ...whole }: Held): Verdict {
  const measuring = measuringOf[what]
  const { rule } = measuring
  const isPicture = whole.endS - whole.startS <= 0
  const inPart = measured.faces.filter(({ timeS }) =>
    isPicture ? Number.isFinite(timeS) : timeS >= part.fromS && timeS <= part.toS,
  )
  const periodS = periodOf(measured.faces)
  const lengthS = part.toS - part.fromS
  if (inPart.length === 0) return doubt('nobody')
  if (!isPicture && inPart.length * periodS < leastShare * lengthS) return doubt('nobody')
  const usable = inPart.filter((face) => isUnmeasurable(face.quality.flaws, measuring) === undefined)
  const isMeasurable = usable.length >= leastShare * inPart.length
  const unmeasurable = () => doubt(worstFlaw(inPart, measuring))

  if (rule.type === 'event') {
    const found = strongest(measured.events.filter((each) => rule.kinds.includes(each.kind) && isWithin(each, part)))
    if (found) return seen(found.strength, Math.max(found.startS, whole.startS), Math.min(found.endS, whole.endS))
    if (!isMeasurable) return unmeasurable()
    return whole.endS - whole.startS < shortestForMovement ? doubt('too-short') : notSeen(0)
  }

  const { seenFrom, absentBelow } = rule
  const runs = runsOf(usable, measuring.level, seenFrom)
  const best = runs.reduce<Run | undefined>(
    (before, run) => (before && before.strength >= run.strength ? before : run),
    undefined,
  )
  const peak = usable.reduce((most, face) => Math.max(most, levelOf(face, measuring)), 0)
  if (rule.type === 'mostly') {
    if (!isMeasurable) return unmeasurable()
    const share = (least: number) => usable.filter((face) => levelOf(face, measuring) >= least).length / usable.length
    const longest = runs.reduce<Run | undefined>(
      (before, run) => (before && before.endS - before.startS >= run.endS - run.startS ? before : run),
      undefined,
    )
    if (share(seenFrom) >= leastShare && longest) return seen(longest.strength, longest.startS, longest.endS)
    return share(absentBelow) < leastShare ? notSeen(peak) : doubt('faint')
  }
  const isLong = (run: Run) => run.count >= Math.min(2, usable.length) && run.endS - run.startS + periodS >= leastRunS
  if (best && (isPicture || isLong(best))) return seen(best.strength, best.startS, best.endS)
  if (!isMeasurable) return unmeasurable()
  if (measuring.isPoor) return doubt('poor')
  return peak < absentBelow ? notSeen(peak) : doubt('faint')
}

interface Run extends Sighting {
  readonly count: number
}

/** Stretches of measures, one after the other, whose level is at least `least`. */
function runsOf(faces: readonly MeasuredFace[], level: Measuring['level'], least: number): readonly Run[] {
  const runs: Run[] = []
  let isOpen = false
  for (const face of faces) {
    const value = clamped(level(face))
    if (value < least) {
      isOpen = false
      continue
    }
    const before = isOpen ? runs.pop() : undefined
    isOpen = true
    runs.push({
      startS: before?.startS ?? face.timeS,
      endS: face.timeS,
      strength: Math.max(before?.strength ?? 0, value),
      count: (before?.count ?? 0) + 1,
    })
  }
  return runs
}

/** The usual time between two measures, s: their median distance. */
function periodOf(faces: readonly MeasuredFace[]): number {
  const gaps = faces.slice(1).map(({ timeS }, index) => timeS - faces[index].timeS)
  return gaps.length === 0 ? 0 : gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)]
}

function isWithin({ startS, endS }: FaceEvent, { fromS, toS }: Part): boolean {
  return startS <= toS && endS >= fromS
}

function strongest(events: readonly FaceEvent[]): FaceEvent | undefined {
  return events.reduce<FaceEvent | undefined>(
    (before, each) => (before && before.strength >= each.strength ? before : each),
    undefined,
  )
}

/** The flaw that keeps most of these faces from being measured. */
function worstFlaw(faces: readonly MeasuredFace[], measuring: Measuring): FaceFlaw {
  const counts = new Map<FaceFlaw, number>()
  for (const { quality } of faces) {
    const flaw = isUnmeasurable(quality.flaws, measuring)
    if (flaw) counts.set(flaw, (counts.get(flaw) ?? 0) + 1)
  }
  const [worst = 'blurred'] = [...counts].sort((a, b) => b[1] - a[1]).map(([flaw]) => flaw)
  return worst
}

function levelOf(face: MeasuredFace, { level }: Measuring): number {
  return clamped(level(face))
}

function clamped(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0
}

function seen(strength: number, startS: number, endS: number): Verdict {
  return { verdict: 'seen', strength: rounded(clamped(strength)), startS, endS: Math.max(startS, endS) }
}

function notSeen(strength: number): Verdict {
  return { verdict: 'not-seen', strength: rounded(strength) }
}

function doubt(reason: Doubt): Verdict {
  return { verdict: 'cannot-tell', reason }
}
