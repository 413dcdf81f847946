import { unitGrades } from './measured-units.ts'
import { type FaceEventKind, type FaceFlaw, type MeasuredFace, type MeasuredUnit, measuredUnits } from './measures.ts'

/** What is measured besides single units: movements, states and directions that words speak of. */
export const movements = [
  'nod',
  'shake',
  'turn',
  'blink',
  'wink',
  'close-eyes',
  'yawn',
  'talk',
  'look-around',
  'rest',
  'mouth-closed',
  'eyes-open',
  'brows-still',
  'head-still',
  'head-down',
  'head-up',
  'head-tilt',
  'look-ahead',
  'look-down',
  'look-up',
  'look-aside',
] as const
export type Movement = (typeof movements)[number]

/** What a claim can be held against. */
export type Measurable = MeasuredUnit | Movement
export const measurables: readonly Measurable[] = [...measuredUnits, ...movements]

/**
 * When a claim counts as seen, by the curve of its level, 0 to 1.
 *
 * - `moment`: the level reaches `seenFrom` for a moment; not seen where it stays below `absentBelow` throughout. In
 *   between it is too faint to tell.
 * - `mostly`: it is at `seenFrom` for at least half of the time; not seen where it is below `absentBelow` for more than
 *   half of it.
 * - `event`: a movement of these kinds was told from the curves; the level only draws it.
 */
export interface Measuring {
  readonly rule:
    | { readonly type: 'moment' | 'mostly'; readonly seenFrom: number; readonly absentBelow: number }
    | { readonly type: 'event'; readonly kinds: readonly FaceEventKind[] }
  /** 0 to 1, of one face at one moment. */
  readonly level: (face: MeasuredFace) => number
  /** That it is low says nothing: then the verdict is *cannot tell*. */
  readonly isPoor?: boolean
  /** It can be measured of a face that is turned away. */
  readonly isOfHead?: boolean
}

/**
 * The thresholds of units, found on clips in which a person labeled what is to be seen (`bench/claims-report.ts`). At
 * rest a unit is below the second value, and a movement that a person sees takes it over the first one.
 */
const unitThresholds: Readonly<Record<MeasuredUnit, readonly [seenFrom: number, absentBelow: number]>> = {
  AU1: [0.35, 0.2],
  AU2: [0.35, 0.2],
  AU4: [0.35, 0.2],
  AU5: [0.35, 0.2],
  AU6: [0.4, 0],
  AU7: [0.4, 0.25],
  AU9: [0.35, 0.2],
  AU10: [0.35, 0.2],
  AU12: [0.35, 0.2],
  AU15: [0.35, 0.2],
  AU17: [0.35, 0.2],
  AU20: [0.35, 0.2],
  AU23: [0.5, 0],
  AU24: [0.4, 0.25],
  AU25: [0.3, 0.15],
  AU26: [0.3, 0.15],
  AU43: [0.6, 0.3],
}

/** Units that tell of a face at rest: lids aside, which move in any face. */
const unitsAtRest: readonly MeasuredUnit[] = ['AU1', 'AU2', 'AU4', 'AU12', 'AU25', 'AU26']
/** Degrees of the head at which its level is 1. */
const fullTurn = 45
const fullPitch = 30

function unit(name: MeasuredUnit): Measuring {
  const [seenFrom, absentBelow] = unitThresholds[name]
  return {
    rule: { type: 'moment', seenFrom, absentBelow },
    level: ({ units }) => units[name],
    ...(unitGrades[name] === 'poor' ? { isPoor: true } : {}),
  }
}

/** That none of these units moves. */
function still(units: readonly MeasuredUnit[]): Measuring {
  return {
    rule: { type: 'mostly', seenFrom: 0.7, absentBelow: 0.6 },
    level: (face) => 1 - Math.max(...units.map((name) => face.units[name])),
  }
}

function event(level: Measuring['level'], ...kinds: readonly FaceEventKind[]): Measuring {
  return { rule: { type: 'event', kinds }, level }
}

function ofHead(level: Measuring['level'], seenFrom: number, absentBelow: number): Measuring {
  return { rule: { type: 'moment', seenFrom, absentBelow }, level, isOfHead: true }
}

const closed = ({ closedLeft, closedRight }: MeasuredFace) => Math.min(closedLeft, closedRight)
const aside = ({ gaze, head }: MeasuredFace) => Math.max(Math.abs(gaze.x), Math.abs(head.yaw) / fullTurn)
const down = ({ gaze, head }: MeasuredFace) => Math.max(gaze.y, -head.pitch / fullPitch)
const up = ({ gaze, head }: MeasuredFace) => Math.max(-gaze.y, head.pitch / fullPitch)

const movementMeasuring: Readonly<Record<Movement, Measuring>> = {
  nod: { ...event(({ head }) => Math.abs(head.pitch) / fullPitch, 'nod'), isOfHead: true },
  shake: { ...event(({ head }) => Math.abs(head.yaw) / fullTurn, 'shake'), isOfHead: true },
  turn: ofHead(({ head }) => Math.abs(head.yaw) / fullTurn, 15 / fullTurn, 10 / fullTurn),
  blink: event(closed, 'blink'),
  wink: event(({ closedLeft, closedRight }) => Math.abs(closedLeft - closedRight), 'wink'),
  'close-eyes': event(closed, 'close-eyes'),
  yawn: event(({ mouthOpen }) => mouthOpen, 'yawn'),
  talk: event(({ mouthOpen }) => mouthOpen, 'talk'),
  'look-around': { ...event(aside, 'look-around'), isOfHead: true },
  rest: still(unitsAtRest),
  'mouth-closed': still(['AU25', 'AU26']),
  'eyes-open': { rule: { type: 'mostly', seenFrom: 0.6, absentBelow: 0.5 }, level: (face) => 1 - closed(face) },
  'brows-still': still(['AU1', 'AU2', 'AU4']),
  'head-still': {
    rule: { type: 'mostly', seenFrom: 0.75, absentBelow: 0.6 },
    level: ({ head }) => 1 - Math.max(Math.abs(head.yaw) / fullTurn, Math.abs(head.pitch) / fullPitch),
    isOfHead: true,
  },
  'head-down': ofHead(({ head }) => -head.pitch / fullPitch, 0.4, 0.25),
  'head-up': ofHead(({ head }) => head.pitch / fullPitch, 0.4, 0.25),
  'head-tilt': ofHead(({ head }) => Math.abs(head.roll) / fullPitch, 0.35, 0.2),
  'look-ahead': {
    rule: { type: 'mostly', seenFrom: 0.55, absentBelow: 0.4 },
    level: (face) => 1 - Math.max(aside(face), up(face), down(face)),
    isOfHead: true,
  },
  'look-down': ofHead(down, 0.45, 0.3),
  'look-up': ofHead(up, 0.45, 0.3),
  'look-aside': ofHead(aside, 0.45, 0.3),
}

/** How each thing that can be claimed is measured: the one table of rules and thresholds. */
export const measuringOf: Readonly<Record<Measurable, Measuring>> = {
  ...(Object.fromEntries(measuredUnits.map((name) => [name, unit(name)])) as Record<MeasuredUnit, Measuring>),
  ...movementMeasuring,
}

/** Flaws with which units cannot be measured, nor, but for the turn, the head. A face that is merely still can be. */
export function isUnmeasurable(flaws: readonly FaceFlaw[], { isOfHead = false }: Measuring): FaceFlaw | undefined {
  return flaws.find((flaw) => flaw !== 'still' && !(isOfHead && flaw === 'turned-away'))
}
