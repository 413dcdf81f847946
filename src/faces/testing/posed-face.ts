import { canonicalPoints } from '../canonical-face.ts'
import type { SeenFace } from '../face-track.ts'
import { landmarkCount } from '../networks/face-networks.ts'
import { regionOfLandmarks } from '../region.ts'

export interface PosedFace {
  readonly x: number
  readonly y: number
  /** Pixels a centimeter; a face is about 16 cm high. */
  readonly scale: number
  /** Degrees. */
  readonly yaw?: number
  readonly pitch?: number
  readonly roll?: number
}

/** The irises are no part of the face at rest: they are put between the corners of the eyes. */
const irisOf = (landmark: number): readonly [number, number] => (landmark < 473 ? [33, 133] : [362, 263])

/**
 * The face at rest, tilted in its own axes, then turned up and to the side.
 *
 * @returns float32 [478, 3], px of the picture, z away from the camera
 */
export function posedPoints({ x, y, scale, yaw = 0, pitch = 0, roll = 0 }: PosedFace): Float32Array {
  const points = new Float32Array(3 * landmarkCount)
  const [a, b, c] = [yaw, pitch, roll].map((angle) => (angle * Math.PI) / 180) as [number, number, number]
  for (let each = 0; each < landmarkCount; each++) {
    const of = each < 468 ? [each] : irisOf(each)
    const rest = (axis: number) => of.reduce((sum, at) => sum + (canonicalPoints[3 * at + axis] ?? 0) / of.length, 0)
    const [right, up, near] = [rest(0), rest(1), rest(2)]
    // Clockwise, about the axis through the nose; then up, about the axis to the right; then to the side.
    const [x1, y1] = [right * Math.cos(c) + up * Math.sin(c), up * Math.cos(c) - right * Math.sin(c)]
    const [y2, z2] = [y1 * Math.cos(b) + near * Math.sin(b), near * Math.cos(b) - y1 * Math.sin(b)]
    const [x3, z3] = [x1 * Math.cos(a) + z2 * Math.sin(a), z2 * Math.cos(a) - x1 * Math.sin(a)]
    points.set([x + scale * x3, y - scale * y2, -scale * z3], 3 * each)
  }
  return points
}

/** As the landmark network would see it. */
export function seenFace(pose: PosedFace, presence = 0.99): SeenFace {
  const points = posedPoints(pose)
  return { points, crop: new Float32Array(0), presence, region: regionOfLandmarks(points) }
}
