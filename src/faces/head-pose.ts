import { canonicalPoints, poseWeights } from './canonical-face.ts'
import { at } from './region.ts'

/** Degrees: yaw to the picture's right, pitch up, roll clockwise. All are 0 for a face that looks into the camera. */
export interface HeadPose {
  readonly yaw: number
  readonly pitch: number
  readonly roll: number
}

type Vector = readonly [number, number, number]
/** Row by row. */
type Matrix = readonly [Vector, Vector, Vector]

/** Points that hardly move with expressions; their weights sum to about 1. */
const basis = poseWeights.map(([landmark, weight]) => ({
  landmark,
  weight,
  rest: [0, 1, 2].map((axis) => canonicalPoints[3 * landmark + axis] ?? 0),
}))
const total = basis.reduce((sum, { weight }) => sum + weight, 0)
const restCenter = [0, 1, 2].map((axis) =>
  basis.reduce((sum, { weight, rest }) => sum + (weight / total) * (rest[axis] ?? 0), 0),
)

/**
 * How the head is turned: the rotation that brings the face at rest closest to the landmarks, by weighted least squares
 * (orthogonal Procrustes, solved by Horn's quaternions). Perspective is left out, so that the angles are against the line
 * of sight to the face: a head at the picture's edge that faces the camera has yaw 0.
 *
 * @param points float32 [478, 3], px of the picture, z away from the camera
 * @see Horn 1987, Closed-form solution of absolute orientation using unit quaternions
 */
export function headPose(points: Float32Array): HeadPose {
  // s[i][j]: how much axis i of the face at rest goes with axis j of what is seen. Centering one of both is enough.
  const s = [0, 0, 0].map(() => [0, 0, 0])
  for (const { landmark, weight, rest } of basis) {
    const seen = seenAt(points, landmark)
    for (const [i, row] of s.entries()) {
      for (let j = 0; j < 3; j++) {
        row[j] = (row[j] ?? 0) + weight * ((rest[i] ?? 0) - (restCenter[i] ?? 0)) * (seen[j] ?? 0)
      }
    }
  }
  return angles(ofQuaternion(bestQuaternion(s)))
}

function seenAt(points: Float32Array, landmark: number): Vector {
  return [at(points, landmark, 0), -at(points, landmark, 1), -at(points, landmark, 2)]
}

/** The eigenvector of the largest eigenvalue of Horn's symmetric 4 x 4 matrix. */
function bestQuaternion(s: readonly (readonly number[])[]): number[] {
  const of = (i: number, j: number) => s[i]?.[j] ?? 0
  const [xx, yy, zz] = [of(0, 0), of(1, 1), of(2, 2)]
  const symmetric = [
    [xx + yy + zz, of(1, 2) - of(2, 1), of(2, 0) - of(0, 2), of(0, 1) - of(1, 0)],
    [of(1, 2) - of(2, 1), xx - yy - zz, of(0, 1) + of(1, 0), of(2, 0) + of(0, 2)],
    [of(2, 0) - of(0, 2), of(0, 1) + of(1, 0), yy - xx - zz, of(1, 2) + of(2, 1)],
    [of(0, 1) - of(1, 0), of(2, 0) + of(0, 2), of(1, 2) + of(2, 1), zz - xx - yy],
  ]
  return largestEigenvector(symmetric)
}

/** Jacobi's rotations: exact to rounding for a matrix as small as this. */
function largestEigenvector(symmetric: readonly (readonly number[])[]): number[] {
  const size = symmetric.length
  const a = symmetric.map((row) => [...row])
  const vectors = a.map((_, row) => a.map((__, column) => (row === column ? 1 : 0)))
  const get = (rows: number[][], i: number, j: number) => rows[i]?.[j] ?? 0
  const set = (rows: number[][], i: number, j: number, value: number) => {
    const row = rows[i]
    if (row) row[j] = value
  }
  for (let sweep = 0; sweep < 12; sweep++) {
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(get(a, p, q)) < 1e-300) continue
        const theta = (get(a, q, q) - get(a, p, p)) / (2 * get(a, p, q))
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const cos = 1 / Math.sqrt(t * t + 1)
        const sin = t * cos
        for (let k = 0; k < size; k++) {
          const [kp, kq] = [get(a, k, p), get(a, k, q)]
          set(a, k, p, cos * kp - sin * kq)
          set(a, k, q, sin * kp + cos * kq)
        }
        for (let k = 0; k < size; k++) {
          const [pk, qk] = [get(a, p, k), get(a, q, k)]
          set(a, p, k, cos * pk - sin * qk)
          set(a, q, k, sin * pk + cos * qk)
          const [vp, vq] = [get(vectors, k, p), get(vectors, k, q)]
          set(vectors, k, p, cos * vp - sin * vq)
          set(vectors, k, q, sin * vp + cos * vq)
        }
      }
    }
  }
  let best = 0
  for (let each = 1; each < size; each++) if (get(a, each, each) > get(a, best, best)) best = each
  return vectors.map((row) => row[best] ?? 0)
}

function ofQuaternion([w = 1, x = 0, y = 0, z = 0]: readonly number[]): Matrix {
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
    [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
    [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
  ]
}

/** Roll is about the line of sight, then pitch, then yaw: where the nose points, and how the head is tilted. */
function angles(matrix: Matrix): HeadPose {
  // Where the face looks: the image of the axis toward the camera.
  const [x, y, z] = [matrix[0][2], matrix[1][2], matrix[2][2]]
  const yaw = Math.atan2(x, z)
  const pitch = Math.asin(Math.max(-1, Math.min(1, y)))
  // The image of the face's right, against where it would lie without roll: level, at a right angle to where it looks.
  const level: Vector = [Math.cos(yaw), 0, -Math.sin(yaw)]
  const up: Vector = [-Math.sin(yaw) * Math.sin(pitch), Math.cos(pitch), -Math.cos(yaw) * Math.sin(pitch)]
  const right: Vector = [matrix[0][0], matrix[1][0], matrix[2][0]]
  const roll = -Math.atan2(dot(right, up), dot(right, level))
  const degrees = 180 / Math.PI
  return { yaw: yaw * degrees, pitch: pitch * degrees, roll: roll * degrees }
}

function dot(one: Vector, other: Vector): number {
  return one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}
