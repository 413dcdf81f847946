/** Number of landmarks of a face: 468 of the mesh, and 5 for each iris. */
export const landmarkCount = 478
/** Number of blendshapes. */
export const blendshapeCount = 52
/** Landmarks that the blendshape network takes. */
export const blendshapeLandmarkCount = 146
/** Side of the landmark network's input, px. */
export const cropSide = 256
/** Side of the detector's input, px. */
export const detectorSide = 192

/** What the detector says of one anchor or, after suppression, of one face; in pixels of its input. */
export interface Detections {
  /** float32 [2304, 16]: box center, size and six points, relative to the anchor. */
  readonly boxes: Float32Array
  /** float32 [2304]: logits. */
  readonly scores: Float32Array
}

export interface Landmarks {
  /** float32 [faces, 478, 3]: pixels of the crop; z in the same scale, toward the camera negative. */
  readonly points: Float32Array
  /** float32 [faces]: the probability that the crop shows a whole face. */
  readonly presence: Float32Array
}

/**
 * MediaPipe's networks for faces (`public/models/faces`), as plain functions. A call waits for the one before it.
 *
 * @throws FaceError `faces-failed` where the runtime does
 */
export interface FaceNetworks {
  /** @param pixels float32 [192, 192, 3] in -1 to 1: a letterboxed frame */
  detect(pixels: Float32Array): Promise<Detections>
  /** @param pixels float32 [faces, 256, 256, 3] in 0 to 1: one crop a face */
  landmarks(pixels: Float32Array, faces: number): Promise<Landmarks>
  /**
   * @param points float32 [146, 2]: the landmarks `blendshapeLandmarks`, in pixels of the picture
   * @returns float32 [52], 0 to 1
   */
  blendshapes(points: Float32Array): Promise<Float32Array>
  close(): Promise<void>
}
