import type { FaceBox } from '../affect/measures.ts'
import { landmarkCount } from './networks/face-networks.ts'

/** A turned square of the picture, px: what the landmark network is shown of one face. */
export interface FaceRegion {
  /** Its center. */
  readonly x: number
  readonly y: number
  readonly side: number
  /** Clockwise as seen in the picture, radians: 0 for an upright face. */
  readonly angle: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** The face takes two thirds of its region, as MediaPipe trained its landmark network (face_landmarks_to_roi). */
const margin = 1.5

/** The landmarks at the outer corners of the eyes on the picture's left and right, between which roll is measured. */
const outerEyeLeft = 33
const outerEyeRight = 263

/** The region of a face that the detector found, upright along the line from the eye on the left to that on the right. */
export function regionOfBox({ x, y, width, height }: FaceBox, left: Point, right: Point): FaceRegion {
  return {
    x: x + width / 2,
    y: y + height / 2,
    side: margin * Math.max(width, height),
    angle: Math.atan2(right.y - left.y, right.x - left.x),
  }
}

/**
 * The region in which the next frame's landmarks are looked for: around the present ones, in the face's own axes, so
 * that a tilted head does not shrink in it.
 *
 * @param points float32 [478, 3], px of the picture
 */
export function regionOfLandmarks(points: Float32Array): FaceRegion {
  const angle = Math.atan2(
    at(points, outerEyeRight, 1) - at(points, outerEyeLeft, 1),
    at(points, outerEyeRight, 0) - at(points, outerEyeLeft, 0),
  )
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let each = 0; each < landmarkCount; each++) {
    const x = at(points, each, 0)
    const y = at(points, each, 1)
    const along = x * cos + y * sin
    const down = y * cos - x * sin
    left = Math.min(left, along)
    right = Math.max(right, along)
    top = Math.min(top, down)
    bottom = Math.max(bottom, down)
  }
  const [along, down] = [(left + right) / 2, (top + bottom) / 2]
  return {
    x: along * cos - down * sin,
    y: along * sin + down * cos,
    side: margin * Math.max(right - left, bottom - top),
    angle,
  }
}

/**
 * @param points float32 [478, 3], px of the picture
 * @returns the upright box around them
 */
export function boxOfLandmarks(points: Float32Array): FaceBox {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let each = 0; each < landmarkCount; each++) {
    left = Math.min(left, at(points, each, 0))
    right = Math.max(right, at(points, each, 0))
    top = Math.min(top, at(points, each, 1))
    bottom = Math.max(bottom, at(points, each, 1))
  }
  return { x: left, y: top, width: right - left, height: bottom - top }
}

/**
 * From pixels of the crop to pixels of the picture; depth is scaled with them.
 *
 * @param crop float32 [478, 3], px of a crop with sides of `cropSide`
 */
export function toPicture(crop: Float32Array, { x, y, side, angle }: FaceRegion, cropSide: number): Float32Array {
  const scale = side / cropSide
  const [cos, sin] = [Math.cos(angle) * scale, Math.sin(angle) * scale]
  const points = new Float32Array(crop.length)
  for (let each = 0; each < crop.length; each += 3) {
    const along = (crop[each] ?? 0) - cropSide / 2
    const down = (crop[each + 1] ?? 0) - cropSide / 2
    points[each] = x + along * cos - down * sin
    points[each + 1] = y + along * sin + down * cos
    points[each + 2] = (crop[each + 2] ?? 0) * scale
  }
  return points
}

/** Intersection over union, 0 to 1. */
export function overlap(one: FaceBox, other: FaceBox): number {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x)
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y)
  if (width <= 0 || height <= 0) return 0
  const both = width * height
  return both / (one.width * one.height + other.width * other.height - both)
}

/** One coordinate of a landmark. */
export function at(points: Float32Array, landmark: number, axis: 0 | 1 | 2): number {
  return points[3 * landmark + axis] ?? 0
}

/** Distance of two landmarks in the picture, px. */
export function distance(points: Float32Array, one: number, other: number): number {
  return Math.hypot(at(points, one, 0) - at(points, other, 0), at(points, one, 1) - at(points, other, 1))
}
