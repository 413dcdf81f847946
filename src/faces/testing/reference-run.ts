import { blendshapeLandmarks } from '../networks/blendshapes.ts'
import { cropSide, type FaceNetworks, landmarkCount } from '../networks/face-networks.ts'

/** Pictures by name, as base64 of their RGB bytes: so they cross into a page of a test's. */
export interface ReferencePictures {
  readonly crops: Readonly<Record<string, string>>
  readonly frames: Readonly<Record<string, string>>
}

export interface CropOutputs {
  /** float [478, 3], crop pixels. */
  readonly points: readonly number[]
  readonly presence: number
  readonly blendshapes: readonly number[]
}

export interface FrameOutputs {
  readonly boxes: readonly number[]
  readonly scores: readonly number[]
}

/** What the networks gave for each picture. */
export interface ReferenceOutputs {
  readonly crops: Readonly<Record<string, CropOutputs>>
  /** The points again, of all crops in one run. */
  readonly together: Readonly<Record<string, readonly number[]>>
  readonly frames: Readonly<Record<string, FrameOutputs>>
}

/** Runs the networks on the reference pictures, as plain data; in Node and in browsers. */
export async function runReference(networks: FaceNetworks, pictures: ReferencePictures): Promise<ReferenceOutputs> {
  const crops: Record<string, CropOutputs> = {}
  const inputs = Object.entries(pictures.crops).map(([name, rgb]) => [name, scaled(rgb, 1 / 255, 0)] as const)
  for (const [name, pixels] of inputs) {
    const { points, presence } = await networks.landmarks(pixels, 1)
    const blendshapes = await networks.blendshapes(chosen(points))
    crops[name] = { points: [...points], presence: presence[0], blendshapes: [...blendshapes] }
  }
  const size = cropSide * cropSide * 3
  const all = new Float32Array(inputs.length * size)
  for (const [index, [, pixels]] of inputs.entries()) all.set(pixels, index * size)
  const { points } = await networks.landmarks(all, inputs.length)
  const perFace = landmarkCount * 3
  const together = Object.fromEntries(
    inputs.map(([name], index) => [name, [...points.subarray(index * perFace, (index + 1) * perFace)]]),
  )
  const frames: Record<string, FrameOutputs> = {}
  for (const [name, rgb] of Object.entries(pictures.frames)) {
    const { boxes, scores } = await networks.detect(scaled(rgb, 1 / 127.5, -1))
    frames[name] = { boxes: [...boxes], scores: [...scores] }
  }
  return { crops, together, frames }
}

/** float32 [146, 2] of float32 [478, 3]. */
function chosen(points: Float32Array): Float32Array {
  return Float32Array.from(blendshapeLandmarks.flatMap((each) => [points[each * 3], points[each * 3 + 1]]))
}

function scaled(rgb: string, factor: number, offset: number): Float32Array {
  return Float32Array.from(atob(rgb), (each) => each.charCodeAt(0) * factor + offset)
}
