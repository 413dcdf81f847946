import type { MeasuredFace } from '../affect/measures.ts'
import { choicesPreset } from '../affect/stages.ts'
import { choicesOf, proseOf } from './answers.ts'
import { drawFace } from './draw-face.ts'
import type { Canvas2D, Looks, Pose, Scene } from './face.ts'
import { firstScene, persons } from './persons.ts'
import { truthOf } from './truth.ts'

/**
 * Everybody's twin looks the same: it is nobody, and only its movement is somebody's. Of the preset persons this is the
 * one whose units and emotions the embedded model reads best.
 */
export const twinLooks: Looks = persons[0].looks
export const twinScene: Scene = firstScene

const degrees = Math.PI / 180

/**
 * The drawn faces that the model was taught tilt their heads no further, rad: in a twin that tilts more it takes a smile
 * for sadness. A tilt is no expression, so that nothing is lost.
 */
const mostRoll = 0.12

/** Below this an eye that looks ahead wanders by itself. */
const leastGaze = 0.25

/**
 * The movement of a measured face as a pose of the drawn one, within what drawn faces do. The mouth opens further than
 * the measured one: people who talk part their lips by a third of what they can, and drawn ones by most of it.
 */
export function twinPose({ units, head, gaze, closedLeft, closedRight }: MeasuredFace): Pose {
  const { AU1, AU2, AU4, AU6, AU7, AU12, AU15, AU23, AU24 } = units
  // An open mouth lifts the upper lip as well, and a drawn lip that is lifted says disgust by itself.
  const AU10 = unit(2 * (units.AU10 - 0.5))
  const AU25 = unit(2 * (units.AU25 - 0.08))
  // Lips part because the jaw drops, unless they smile.
  const AU26 = unit(Math.max(1.5 * units.AU26, 0.75 * AU25 * (1 - AU12)))
  return {
    units: { AU1, AU2, AU4, AU6, AU7, AU10, AU12, AU15, AU23, AU24, AU25, AU26 },
    yaw: within(head.yaw * degrees, 0.6),
    pitch: within(head.pitch * degrees, 0.3),
    roll: within(head.roll * degrees, mostRoll),
    gazeX: glance(gaze.x),
    gazeY: glance(gaze.y),
    closedLeft,
    closedRight,
  }
}

/** Draws the twin of a measured face over a square picture of `size` pixels. Equal measures give equal pictures. */
export function drawTwin(ctx: Canvas2D, size: number, measured: MeasuredFace): void {
  drawFace(ctx, size, twinLooks, twinScene, twinPose(measured), 0)
}

/** What the drawing looks like, as an answer to a question about looks. */
export function twinAttributes(prompt: string): string {
  const rest: Pose = { ...still, units: noUnits() }
  const truth = truthOf(twinLooks, [{ pose: rest, phase: 0 }], 'none')
  if (!truth) throw new Error('a face without a motion is always told')
  const isChoice = choicesPreset.stages.some((stage) => stage.id === 'attributes' && stage.prompt === prompt)
  return (isChoice ? choicesOf(truth) : proseOf(truth)).attributes
}

const still = { yaw: 0, pitch: 0, roll: 0, gazeX: 0, gazeY: 0, closedLeft: 0, closedRight: 0 }

function noUnits(): Pose['units'] {
  return { AU1: 0, AU2: 0, AU4: 0, AU6: 0, AU7: 0, AU10: 0, AU12: 0, AU15: 0, AU23: 0, AU24: 0, AU25: 0, AU26: 0 }
}

function glance(gaze: number): number {
  return Math.sign(gaze) * unit((Math.abs(gaze) - leastGaze) / (1 - leastGaze))
}

function unit(value: number): number {
  return Math.min(Math.max(value, 0), 1)
}

function within(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most)
}
