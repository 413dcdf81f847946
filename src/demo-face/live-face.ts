import { type ActionUnit, actionUnits } from '../affect/labels.ts'
import { clipSeconds, type DrawnClip, type Idle, type Motion, type MotionType, poseAt, type Units } from './clip.ts'
import type { Looks, Pose, Scene } from './face.ts'
import { Random } from './random.ts'
import { opposed } from './sample-clip.ts'
import { type Truth, truthOf } from './truth.ts'

/** Expressions that a face can be set to, by the units of their apex. */
export const expressions = {
  neutral: {},
  happy: { AU6: 0.7, AU12: 0.9 },
  sad: { AU1: 0.85, AU4: 0.75, AU15: 0.9 },
  angry: { AU4: 0.95, AU7: 0.8, AU24: 0.9 },
  surprised: { AU1: 0.9, AU2: 0.95, AU25: 0.85, AU26: 0.85 },
  disgusted: { AU4: 0.7, AU10: 0.95 },
  afraid: { AU1: 0.95, AU2: 0.8, AU4: 0.75, AU25: 0.75 },
} as const satisfies Readonly<Record<string, Units>>
export type ExpressionId = keyof typeof expressions
export const expressionIds = Object.keys(expressions) as ExpressionId[]

/** What a face does by itself until somebody takes it over: these in turn, again and again. */
const programme: readonly ExpressionId[] = ['happy', 'neutral', 'surprised', 'neutral', 'angry', 'neutral']
const turnS = 6

/** What a person sets a live face to. */
export interface FaceSetting {
  readonly looks: Looks
  readonly scene: Scene
  /** Intensities that the face goes to; units that are not named go to 0. */
  readonly units: Units
  /** Repeated as long as it is set. */
  readonly motion: MotionType
  /** Whether head, gaze and motion are moving; the units go where they are set either way. */
  readonly isPlaying: boolean
  /** Whether expressions alternate by themselves, until units are set. */
  readonly isInTurn: boolean
}

/** What is to be seen of a face at one moment. */
export interface ShownTruth extends Pick<Truth, 'units' | 'emotion' | 'appearances'> {
  readonly motion: MotionType
}

const slack = 0.001
/** Seconds in which a unit goes two thirds of its way: nineteen of twenty in a quarter of a second. */
const easeS = 0.08
/** Seconds in which one motion gives way to another. */
const blendS = 0.35
/** A page that was hidden continues where it stopped. */
const longestStepS = 0.25
/** Seconds for which a gaze rests. */
const gazeS = 3.2

/**
 * A face that somebody sets while it is watched. Time is given from outside, in seconds from any beginning, and only
 * ever goes on; equal settings at equal times give equal poses.
 */
export class LiveFace {
  private set: FaceSetting
  private readonly units: Record<ActionUnit, number>
  private nowS: number | undefined
  /** How long the face has been playing. */
  private playedS = 0
  private motionSinceS = 0
  private turnsSinceS = 0
  private blend: { readonly from: Pose; readonly sinceS: number } | undefined

  constructor(setting: FaceSetting) {
    this.set = setting.isInTurn ? { ...setting, units: expressions[programme[0]] } : setting
    this.units = completed(this.set.units)
  }

  get setting(): FaceSetting {
    return this.set
  }

  /** Sets something else. Units that are set, and a motion, end the turns unless these are asked for. */
  change(change: Partial<FaceSetting>): void {
    const isTaken = change.units !== undefined || change.motion !== undefined
    const next = { ...this.set, ...(isTaken ? { isInTurn: false } : {}), ...change }
    if (next.motion !== this.set.motion) {
      this.blend = { from: this.pose(), sinceS: this.nowS ?? 0 }
      this.motionSinceS = this.playedS
    }
    if (next.isInTurn && !this.set.isInTurn) this.turnsSinceS = this.playedS
    this.set = next
    this.takeTurn()
  }

  /** Goes on to a moment. */
  advance(timeS: number): void {
    const stepS = Math.min(longestStepS, Math.max(0, timeS - (this.nowS ?? timeS)))
    this.nowS = timeS
    if (this.set.isPlaying) this.playedS += stepS
    this.takeTurn()
    const share = 1 - Math.exp(-stepS / easeS)
    for (const unit of actionUnits) {
      const target = this.set.units[unit] ?? 0
      const left = (target - this.units[unit]) * (1 - share)
      this.units[unit] = Math.abs(left) < slack ? target : target - left
    }
  }

  /** What the face does now. */
  pose(): Pose {
    const { looks, scene, motion } = this.set
    const still: DrawnClip = {
      looks,
      scene,
      phases: [{ toS: clipSeconds, units: this.units }],
      motion: { type: 'none' },
      idle: idleAt(this.playedS),
      noiseSeed: 0,
    }
    const rest = poseAt(still, this.playedS)
    // A clip's motion restarts with every cycle; the head's rest pose and sway continue across cycles.
    const sinceS = this.playedS - this.motionSinceS
    const cycle = Math.floor(sinceS / clipSeconds)
    const { yaw, pitch, roll, gazeX, gazeY } = rest
    const pose = poseAt(
      { ...still, motion: cycleOf(motion, cycle), idle: { yaw, pitch, roll, gazeX, gazeY, sway: 0, shift: 0 } },
      sinceS - cycle * clipSeconds,
    )
    if (!this.blend) return pose
    const share = Math.min(1, ((this.nowS ?? 0) - this.blend.sinceS) / blendS)
    return share === 1 ? pose : mixed(this.blend.from, pose, share * share * (3 - 2 * share))
  }

  /** What is true of the face now. */
  truth(): ShownTruth {
    const { looks, motion } = this.set
    const truth = truthOf(looks, [{ pose: this.pose(), phase: 0 }], 'none')
    if (!truth) throw new Error('a face without a motion is always told')
    const { units, emotion, appearances } = truth
    return { units, emotion, appearances, motion }
  }

  private takeTurn(): void {
    if (!this.set.isInTurn) return
    const turn = Math.floor((this.playedS - this.turnsSinceS) / turnS) % programme.length
    const units = expressions[programme[turn]]
    if (units !== this.set.units) this.set = { ...this.set, units }
  }
}

/** The expression whose units these are, if there is one. */
export function expressionOf(units: Units): ExpressionId | undefined {
  return expressionIds.find((id) => {
    const wanted: Units = expressions[id]
    return actionUnits.every((unit) => Math.abs((wanted[unit] ?? 0) - (units[unit] ?? 0)) < slack)
  })
}

/** These units with one of them set: those that pull against it give way, and a dropped jaw parts the lips. */
export function withUnit(units: Units, unit: ActionUnit, value: number): Units {
  const next: Partial<Record<ActionUnit, number>> = { ...units, [unit]: value }
  if (unit === 'AU26') next.AU25 = Math.max(next.AU25 ?? 0, value)
  if (unit === 'AU25') next.AU26 = Math.min(next.AU26 ?? 0, value)
  for (const moved of unit === 'AU26' ? (['AU26', 'AU25'] as const) : [unit]) {
    const most = 1 - (next[moved] ?? 0)
    for (const [a, b] of opposed) {
      const other = a === moved ? b : b === moved ? a : undefined
      if (other) next[other] = Math.min(next[other] ?? 0, most)
    }
  }
  return Object.fromEntries(Object.entries(next).filter(([, each]) => each > 0))
}

function completed(units: Units): Record<ActionUnit, number> {
  return Object.fromEntries(actionUnits.map((unit) => [unit, units[unit] ?? 0])) as Record<ActionUnit, number>
}

/** A head that sways a little, and eyes that rest here and there, within what clips by lot do. */
function idleAt(playedS: number): Idle {
  const slot = Math.floor(playedS / gazeS)
  const [from, to] = [gazeOf(slot - 1), gazeOf(slot)]
  const share = Math.min(1, (playedS - slot * gazeS) / 0.12)
  const at = (a: number, b: number) => a + (b - a) * share
  return { yaw: 0.02, pitch: 0, roll: 0.02, gazeX: at(from[0], to[0]), gazeY: at(from[1], to[1]), sway: 0.03, shift: 0 }
}

function gazeOf(slot: number): readonly [number, number] {
  // Straight ahead at first.
  if (slot <= 0) return [0, 0]
  const random = new Random(slot)
  return [random.between(-0.2, 0.2), random.between(-0.08, 0.1)]
}

/** A motion within one cycle, which it ends as the next begins. Sizes and paces are of those that clips by lot have. */
function cycleOf(type: MotionType, cycle: number): Motion {
  switch (type) {
    case 'none':
      return { type }
    case 'nod':
      return { type, size: 0.26, periodS: 2, shift: 0 }
    case 'shake_head':
      return { type, size: 0.42, periodS: 2, shift: 0 }
    case 'look_around':
      return { type, size: 0.9, periodS: 2, shift: 0 }
    case 'turn': {
      // There in one cycle, back in the next.
      const side = cycle % 2 === 0 ? 1 : -1
      return { type, axis: 'yaw', from: -0.4 * side, to: 0.4 * side, startS: 0.5, lastsS: 2.8 }
    }
    case 'blink':
      return { type, atS: [0.7, 2, 3.3], lastsS: 0.5 }
    case 'close_eyes':
    case 'yawn':
      return { type, startS: 0.5, lastsS: 2.6 }
    case 'wink':
      return { type, startS: 0.8, lastsS: 1.4, isLeft: false }
    case 'talk':
      return { type, openings: [0.05, 0.9, 0.1, 0.8, 0.75, 0.1, 0.95, 0.05] }
  }
}

/** On the way from one pose to another. */
function mixed(from: Pose, to: Pose, share: number): Pose {
  const at = (a: number, b: number) => a + (b - a) * share
  return {
    units: Object.fromEntries(actionUnits.map((unit) => [unit, at(from.units[unit], to.units[unit])])) as Record<
      ActionUnit,
      number
    >,
    yaw: at(from.yaw, to.yaw),
    pitch: at(from.pitch, to.pitch),
    roll: at(from.roll, to.roll),
    gazeX: at(from.gazeX, to.gazeX),
    gazeY: at(from.gazeY, to.gazeY),
    closedLeft: at(from.closedLeft, to.closedLeft),
    closedRight: at(from.closedRight, to.closedRight),
  }
}
