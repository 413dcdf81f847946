import { type BlendshapeName, blendshapeLandmarks, blendshapeNames } from './networks/blendshapes.ts'
import { at } from './region.ts'

/** The 52 blendshapes of one face by name, 0 to 1. Left and right are the person's own. */
export type Blendshapes = Readonly<Record<BlendshapeName, number>>

/** @param values float32 [52], as the blendshape network gives them */
export function namedBlendshapes(values: Float32Array): Blendshapes {
  return Object.fromEntries(blendshapeNames.map((name, index) => [name, values[index] ?? 0])) as Record<
    BlendshapeName,
    number
  >
}

/**
 * What the blendshape network takes of a face.
 *
 * @param points float32 [478, 3], px of the picture
 * @returns float32 [146, 2]
 */
export function blendshapeInput(points: Float32Array): Float32Array {
  const input = new Float32Array(2 * blendshapeLandmarks.length)
  for (const [index, landmark] of blendshapeLandmarks.entries()) {
    input[2 * index] = at(points, landmark, 0)
    input[2 * index + 1] = at(points, landmark, 1)
  }
  return input
}
