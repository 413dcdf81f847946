import { type ActionUnit, actionUnits } from '../affect/labels.ts'
import type { Looks, Pose, Scene } from './face.ts'

/** Seconds of a clip: eight frames at the two a second that the model looks at. */
export const clipSeconds = 4

/** Seconds in which one expression gives way to another. */
const rampS = 0.3

export type Units = Readonly<Partial<Record<ActionUnit, number>>>

/** An expression held until `toS`, with the intensities of its apex; the last one is held to the end. */
export interface Phase {
  readonly toS: number
  readonly units: Units
}

/** What moves. Angles in radians, times in seconds of the clip. */
export type Motion =
  | { readonly type: 'none' }
  | {
      readonly type: 'nod' | 'shake_head' | 'look_around'
      readonly size: number
      readonly periodS: number
      readonly shift: number
    }
  /** One sweep of the head, to a side or up or down, and no way back. */
  | {
      readonly type: 'turn'
      readonly axis: 'yaw' | 'pitch'
      readonly from: number
      readonly to: number
      readonly startS: number
      readonly lastsS: number
    }
  /** Short closures of both eyes, around these moments. */
  | { readonly type: 'blink'; readonly atS: readonly number[]; readonly lastsS: number }
  | { readonly type: 'close_eyes' | 'yawn'; readonly startS: number; readonly lastsS: number }
  | { readonly type: 'wink'; readonly startS: number; readonly lastsS: number; readonly isLeft: boolean }
  /** How far the mouth is open, evenly spaced over the clip. */
  | { readonly type: 'talk'; readonly openings: readonly number[] }
export type MotionType = Motion['type']

/** How the head and the eyes rest, and how much they sway. */
export interface Idle {
  readonly yaw: number
  readonly pitch: number
  readonly roll: number
  readonly gazeX: number
  readonly gazeY: number
  /** Radians, and the moment of the sway's rhythm. */
  readonly sway: number
  readonly shift: number
}

/** A few seconds of a drawn face: everything that is drawn, and so everything that is true of it. */
export interface DrawnClip {
  readonly looks: Looks
  readonly scene: Scene
  readonly phases: readonly Phase[]
  readonly motion: Motion
  readonly idle: Idle
  readonly noiseSeed: number
}

export function smoothstep(from: number, to: number, x: number): number {
  const share = Math.min(1, Math.max(0, (x - from) / (to - from)))
  return share * share * (3 - 2 * share)
}

/** 1 from `startS` on for `lastsS`, with short flanks inside. */
function bump(timeS: number, startS: number, lastsS: number, flankS: number): number {
  return smoothstep(startS, startS + flankS, timeS) * (1 - smoothstep(startS + lastsS - flankS, startS + lastsS, timeS))
}

/** What the face does at a moment. */
export function poseAt({ phases, motion, idle }: DrawnClip, timeS: number): Pose {
  const units: Record<ActionUnit, number> = unitsAt(phases, timeS)
  const sway = (rhythm: number, shift: number) => idle.sway * Math.sin(timeS * rhythm + idle.shift + shift)
  const pose = {
    units,
    yaw: idle.yaw + sway(1.3, 0),
    pitch: idle.pitch + sway(1.7, 1),
    roll: idle.roll + sway(0.9, 2),
    gazeX: idle.gazeX,
    gazeY: idle.gazeY,
    closedLeft: 0,
    closedRight: 0,
  }
  const wave = (periodS: number, shift: number) => Math.sin(2 * Math.PI * (timeS / periodS + shift))
  switch (motion.type) {
    case 'none':
      break
    case 'nod':
      pose.pitch += motion.size * wave(motion.periodS, motion.shift)
      break
    case 'shake_head':
      pose.yaw += motion.size * wave(motion.periodS, motion.shift)
      break
    case 'look_around':
      // Eyes jump from side to side.
      pose.gazeX = motion.size * Math.max(-1, Math.min(1, 3 * wave(motion.periodS, motion.shift)))
      break
    case 'turn': {
      const share = smoothstep(motion.startS, motion.startS + motion.lastsS, timeS)
      pose[motion.axis] += motion.from + (motion.to - motion.from) * share
      break
    }
    case 'blink': {
      const near = Math.min(...motion.atS.map((at) => Math.abs(timeS - at)))
      const closed = 1 - smoothstep(motion.lastsS / 2 - 0.08, motion.lastsS / 2 + 0.08, near)
      pose.closedLeft = closed
      pose.closedRight = closed
      break
    }
    case 'close_eyes':
      pose.closedLeft = pose.closedRight = bump(timeS, motion.startS, motion.lastsS, 0.2)
      break
    case 'wink':
      pose[motion.isLeft ? 'closedLeft' : 'closedRight'] = bump(timeS, motion.startS, motion.lastsS, 0.2)
      break
    case 'yawn': {
      const open = bump(timeS, motion.startS, motion.lastsS, 0.4)
      units.AU25 = Math.max(units.AU25, open)
      units.AU26 = Math.max(units.AU26, open)
      pose.closedLeft = pose.closedRight = 0.9 * open
      break
    }
    case 'talk': {
      const at = (timeS / clipSeconds) * motion.openings.length - 0.5
      const [before, after] = [Math.floor(at), Math.floor(at) + 1].map(
        (index) => motion.openings[Math.max(0, Math.min(motion.openings.length - 1, index))],
      )
      // Lips stay in a shape for a while: the change takes the middle third.
      const open = before + (after - before) * smoothstep(1 / 3, 2 / 3, at - Math.floor(at))
      units.AU25 = Math.max(units.AU25, open)
      units.AU26 = Math.max(units.AU26, 0.9 * open)
      break
    }
  }
  return pose
}

function unitsAt(phases: readonly Phase[], timeS: number): Record<ActionUnit, number> {
  const intensity = (unit: ActionUnit) =>
    phases.reduce((sum, { toS, units }, index) => {
      const from = index === 0 ? 1 : smoothstep(phases[index - 1].toS, phases[index - 1].toS + rampS, timeS)
      const until = index === phases.length - 1 ? 1 : 1 - smoothstep(toS, toS + rampS, timeS)
      return sum + (units[unit] ?? 0) * from * until
    }, 0)
  return Object.fromEntries(actionUnits.map((unit) => [unit, Math.min(1, intensity(unit))])) as Record<
    ActionUnit,
    number
  >
}

/** Which phase is on show at a moment. */
export function phaseAt({ phases }: Pick<DrawnClip, 'phases'>, timeS: number): number {
  const index = phases.findIndex(({ toS }) => timeS < toS + rampS / 2)
  return index < 0 ? phases.length - 1 : index
}
