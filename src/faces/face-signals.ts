import type { Blendshapes } from './blendshapes.ts'
import { type HeadPose, headPose } from './head-pose.ts'
import { at } from './region.ts'

/** What one frame says of one face, before anything is known of the person. Sides are those of the picture. */
export interface FaceSignals {
  readonly shapes: Blendshapes
  readonly head: HeadPose
  /** Height of the eye's opening over its width, about 0.35 open and 0.07 closed. */
  readonly openingLeft: number
  readonly openingRight: number
  /** Distance of the lips over the length of the nose, 0 closed. */
  readonly lipGap: number
  /** Relative to the head, -1 to 1: to the picture's right and down. */
  readonly gaze: { readonly x: number; readonly y: number }
}

interface Eye {
  readonly outer: number
  readonly inner: number
  readonly upper: readonly [number, number, number]
  readonly lower: readonly [number, number, number]
  readonly iris: number
}

/** Landmarks of MediaPipe's mesh. */
const leftEye: Eye = { outer: 33, inner: 133, upper: [160, 159, 158], lower: [144, 145, 153], iris: 468 }
const rightEye: Eye = { outer: 263, inner: 362, upper: [387, 386, 385], lower: [373, 374, 380], iris: 473 }
const upperLip = 13
const lowerLip = 14
const noseBridge = 168
const noseBase = 2

/** How far the iris travels from the middle of the eye when a person looks aside as far as they can, over the eye's half width. */
const farthestIris = 0.45

/**
 * @param points float32 [478, 3], px of the picture
 * @param shapes the blendshapes of the same face
 */
export function faceSignals(points: Float32Array, shapes: Blendshapes): FaceSignals {
  return {
    shapes,
    head: headPose(points),
    openingLeft: opening(points, leftEye),
    openingRight: opening(points, rightEye),
    lipGap: length(points, upperLip, lowerLip) / length(points, noseBridge, noseBase),
    gaze: gaze(points, shapes),
  }
}

/** In three dimensions, so that a turned head does not narrow the eye. */
function length(points: Float32Array, one: number, other: number): number {
  return Math.hypot(
    at(points, one, 0) - at(points, other, 0),
    at(points, one, 1) - at(points, other, 1),
    at(points, one, 2) - at(points, other, 2),
  )
}

function opening(points: Float32Array, { outer, inner, upper, lower }: Eye): number {
  const heights = upper.map((lid, index) => length(points, lid, lower[index] ?? lid))
  return heights.reduce((sum, height) => sum + height, 0) / heights.length / length(points, outer, inner)
}

/**
 * Sideways the mean of two measures: where the irises lie between the corners of the eyes, and the blendshapes. Up and
 * down the blendshapes alone, for the lids cover the iris there.
 */
function gaze(points: Float32Array, shapes: Blendshapes): { x: number; y: number } {
  const irises = (irisOffset(points, leftEye, 1) + irisOffset(points, rightEye, -1)) / 2
  const right = (shapes.eyeLookOutLeft + shapes.eyeLookInRight) / 2
  const left = (shapes.eyeLookInLeft + shapes.eyeLookOutRight) / 2
  const up = (shapes.eyeLookUpLeft + shapes.eyeLookUpRight) / 2
  const down = (shapes.eyeLookDownLeft + shapes.eyeLookDownRight) / 2
  return { x: limited((irises / farthestIris + right - left) / 2), y: limited(down - up) }
}

/** How far the iris lies from the middle of the eye toward the picture's right, over the eye's half width. */
function irisOffset(points: Float32Array, { outer, inner, iris }: Eye, towardsInner: 1 | -1): number {
  const [x, y] = [at(points, inner, 0) - at(points, outer, 0), at(points, inner, 1) - at(points, outer, 1)]
  const squared = Math.max(1e-6, x * x + y * y)
  const along =
    ((at(points, iris, 0) - at(points, outer, 0)) * x + (at(points, iris, 1) - at(points, outer, 1)) * y) / squared
  return towardsInner * (2 * along - 1)
}

function limited(value: number): number {
  return Math.max(-1, Math.min(1, value))
}
