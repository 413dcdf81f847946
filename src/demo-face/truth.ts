import {
  type Action,
  type ActionUnit,
  type Appearance,
  actionUnits,
  appearances,
  type DfewEmotion,
  type MafwEmotion,
} from '../affect/labels.ts'
import { type DrawnClip, type MotionType, phaseAt, poseAt } from './clip.ts'
import { emotionOf, emotionsOf, type Sentiment, sentimentOf } from './emotion.ts'
import type { Looks, Pose } from './face.ts'

/** From this intensity on a unit counts as present, and an eye as closed. */
export const presentFrom = 0.5

/** Actions of a drawn face: some of VidEmo's action labels, and `blink`, which these lack. */
export const drawnActions = [
  'smile',
  'laugh',
  'frown',
  'nod',
  'shake_head',
  'turn',
  'blink',
  'close_eyes',
  'talk',
  'yawn',
  'look_around',
  'wink',
] as const satisfies readonly (Action | 'blink')[]
export type DrawnAction = (typeof drawnActions)[number]

/** An expression, and when it is on show. */
export interface ShownPhase {
  readonly when: 'throughout' | 'beginning' | 'end'
  readonly units: readonly ActionUnit[]
}

/** What is true of some frames of a drawn face. */
export interface Truth {
  readonly isMale: boolean
  readonly isYoung: boolean
  readonly hasFullBeard: boolean
  /** Labels of CelebV-HQ's forty, in their order. `no_beard` is said of men alone. */
  readonly appearances: readonly Appearance[]
  /** One expression, or two in order of time. */
  readonly phases: readonly ShownPhase[]
  /** Units present in any frame. */
  readonly units: readonly ActionUnit[]
  /** What an expression is called, then what moves. */
  readonly actions: readonly DrawnAction[]
  readonly motion: MotionType
  /** Of the latest expression, and the units that speak for it. */
  readonly emotion: DfewEmotion
  readonly evidence: readonly ActionUnit[]
  readonly emotions: readonly MafwEmotion[]
  readonly sentiment: Sentiment
}

/** A frame of a face: what it does, and which of its expressions is on. */
export interface ShownFrame {
  readonly pose: Pose
  readonly phase: number
}

/** Frames of a clip at these moments, in seconds. */
export function framesOf(clip: DrawnClip, timesS: readonly number[]): ShownFrame[] {
  return timesS.map((timeS) => ({ pose: poseAt(clip, timeS), phase: phaseAt(clip, timeS) }))
}

/**
 * What a model that sees these frames, in this order, should read.
 *
 * @returns undefined where the frames do not tell whether the motion took place: a nod cut off after half of it
 */
export function truthOf(looks: Looks, frames: readonly ShownFrame[], moves: MotionType): Truth | undefined {
  const motion = motionIn(
    frames.map(({ pose }) => pose),
    moves,
  )
  if (motion === undefined) return undefined
  const phases = phasesOf(frames)
  const latest = new Set(phases[phases.length - 1].units)
  const units = actionUnits.filter((unit) => phases.some((phase) => phase.units.includes(unit)))
  const { emotion, evidence } = emotionOf(latest)
  return {
    isMale: looks.isMale,
    isYoung: looks.isYoung,
    hasFullBeard: looks.beard === 'full',
    appearances: appearancesOf(looks),
    phases,
    units,
    actions: [...calledOf(phases), ...(motion === 'none' ? [] : [motion])],
    motion,
    emotion,
    evidence,
    emotions: emotionsOf(latest),
    sentiment: sentimentOf(emotion),
  }
}

function phasesOf(frames: readonly ShownFrame[]): ShownPhase[] {
  const numbers = [...new Set(frames.map(({ phase }) => phase))].slice(-2)
  const sets = numbers.map((number) => {
    const poses = frames.filter(({ phase }) => phase === number).map(({ pose }) => pose)
    return actionUnits.filter((unit) => poses.some((pose) => pose.units[unit] >= presentFrom))
  })
  const [first, second] = sets
  if (second === undefined || second.join() === first.join()) return [{ when: 'throughout', units: first }]
  return [
    { when: 'beginning', units: first },
    { when: 'end', units: second },
  ]
}

/** What people call an expression. */
function calledOf(phases: readonly ShownPhase[]): DrawnAction[] {
  const called = new Set<DrawnAction>()
  for (const { units } of phases) {
    const has = (...all: ActionUnit[]) => all.every((unit) => units.includes(unit))
    if (has('AU6', 'AU12', 'AU25', 'AU26')) called.add('laugh')
    else if (has('AU12')) called.add('smile')
    if (has('AU4') && !has('AU1')) called.add('frown')
  }
  return (['smile', 'laugh', 'frown'] as const).filter((action) => called.has(action))
}

function appearancesOf(looks: Looks): Appearance[] {
  const isBald = looks.hairLength === 'bald'
  const has: Partial<Record<Appearance, boolean>> = {
    male: looks.isMale,
    young: looks.isYoung,
    chubby: looks.faceShape === 'chubby',
    pale_skin: looks.skin === 'pale',
    rosy_cheeks: looks.hasRosyCheeks,
    oval_face: looks.faceShape === 'oval',
    receding_hairline: looks.hasRecedingHairline,
    bald: isBald,
    bangs: looks.hasBangs,
    black_hair: !isBald && looks.hairColor === 'black',
    blonde_hair: !isBald && looks.hairColor === 'blonde',
    gray_hair: !isBald && looks.hairColor === 'gray',
    brown_hair: !isBald && looks.hairColor === 'brown',
    straight_hair: !isBald && looks.hairTexture === 'straight',
    wavy_hair: !isBald && looks.hairTexture === 'wavy',
    long_hair: looks.hairLength === 'long',
    arched_eyebrows: looks.browShape === 'arched',
    bushy_eyebrows: looks.browShape === 'bushy',
    bags_under_eyes: looks.hasEyeBags,
    eyeglasses: looks.glasses === 'eyeglasses',
    sunglasses: looks.glasses === 'sunglasses',
    big_nose: looks.hasBigNose,
    big_lips: looks.hasBigLips,
    no_beard: looks.isMale && looks.beard === 'none' && !looks.hasMustache,
    '5_o_clock_shadow': looks.beard === 'stubble',
    goatee: looks.beard === 'goatee',
    mustache: looks.hasMustache,
    wearing_earrings: looks.hasEarrings,
    wearing_hat: looks.hasHat,
    wearing_lipstick: looks.hasLipstick,
    wearing_necklace: looks.hasNecklace,
    wearing_necktie: looks.hasNecktie,
  }
  return appearances.filter((label) => has[label])
}

/** Appearance labels that a face can be drawn with. */
export const drawnAppearances: readonly Appearance[] = appearances.filter(
  (label) =>
    !['blurry', 'narrow_eyes', 'pointy_nose', 'high_cheekbones', 'double_chin', 'sideburns'].includes(label) &&
    !['heavy_makeup', 'wearing_mask'].includes(label),
)

/** Radians. */
const turned = { yaw: 0.45, pitch: 0.35 } as const
const swung = 0.22
const nodded = 0.18
const still = 0.1

/**
 * Whether these poses, in their order, show the motion that the face makes; `none` where nothing of it is to be seen
 * yet, undefined where it could be something else.
 */
function motionIn(poses: readonly Pose[], moves: MotionType): MotionType | undefined {
  const yaws = poses.map(({ yaw }) => yaw)
  const pitches = poses.map(({ pitch }) => pitch)
  const shut = runs(poses, ({ closedLeft, closedRight }) => Math.min(closedLeft, closedRight) >= presentFrom)
  const seen = (isSeen: boolean, isNothing: boolean) => (isSeen ? moves : isNothing ? 'none' : undefined)
  switch (moves) {
    case 'none':
      return 'none'
    case 'nod':
      return seen(reversals(pitches, nodded) >= 1, spread(pitches) < still)
    case 'shake_head':
      return seen(reversals(yaws, swung) >= 2, spread(yaws) < still)
    case 'turn': {
      const axis = spread(yaws) > spread(pitches) ? 'yaw' : 'pitch'
      const angles = poses.map((pose) => pose[axis])
      return seen(spread(angles) >= turned[axis] && reversals(angles, still) === 0, spread(angles) < still)
    }
    case 'look_around': {
      const gazes = poses.map(({ gazeX }) => gazeX)
      return seen(Math.min(...gazes) < -0.6 && Math.max(...gazes) > 0.6, false)
    }
    case 'blink':
      return seen(shut.length > 0 && Math.max(...shut) === 1 && poses.length >= 4, shut.length === 0)
    case 'close_eyes':
      return seen(shut.length === 1 && shut[0] >= 3, shut.length === 0)
    case 'yawn': {
      const wide = runs(poses, ({ units }) => units.AU26 >= presentFrom)
      return seen(wide.length === 1 && shut.length === 1 && shut[0] >= 2, wide.length + shut.length === 0)
    }
    case 'talk': {
      const open = runs(poses, ({ units }) => units.AU25 >= presentFrom)
      return seen(open.length >= 2, open.length === 0)
    }
    case 'wink': {
      const winks = runs(poses, (pose) => Math.abs(pose.closedLeft - pose.closedRight) >= presentFrom)
      return seen(winks.length === 1, winks.length === 0)
    }
  }
}

/** Lengths of the runs of poses for which it holds. */
function runs(poses: readonly Pose[], holds: (pose: Pose) => boolean): number[] {
  const lengths: number[] = []
  let length = 0
  for (const pose of poses) {
    if (holds(pose)) length++
    else if (length > 0) {
      lengths.push(length)
      length = 0
    }
  }
  return length > 0 ? [...lengths, length] : lengths
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values)
}

/** How often a signal turns back by at least `least`, after it went at least as far. */
function reversals(values: readonly number[], least: number): number {
  let [low, high] = [values[0], values[0]]
  let heading = 0
  let count = 0
  for (const value of values) {
    if (heading <= 0 && value - low >= least) {
      if (heading < 0) count++
      heading = 1
      high = value
    } else if (heading >= 0 && high - value >= least) {
      if (heading > 0) count++
      heading = -1
      low = value
    }
    low = heading > 0 ? low : Math.min(low, value)
    high = heading < 0 ? high : Math.max(high, value)
  }
  return count
}
