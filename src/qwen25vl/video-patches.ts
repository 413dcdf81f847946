import { CaptureError } from '../base/errors.ts'
import type { PreprocessorConfig, VisionConfig } from './config.ts'
import { type Grid, gridOf } from './grid.ts'
import { PatchCutter, type RgbFrame } from './patches.ts'
import type { FrameSize } from './smart-resize.ts'

/** A clip as the vision tower takes it. */
export interface VideoPatches {
  /** float32 [P, channels * temporalPatchSize * patchSize * patchSize], P = t * h * w in merge order. */
  readonly pixelValues: Float32Array<ArrayBuffer>
  readonly grid: Grid
}

/**
 * Cuts a whole clip into patches. When the frames do not fill the last temporal patch, the last frame is repeated, as
 * transformers does.
 *
 * @param frames resized frames, all of `size`, whose sides are multiples of patchSize * spatialMergeSize
 * @throws CaptureError `no-frames`, `bad-patch-size`, `frame-size-changed`
 */
export function videoPatches(
  frames: readonly RgbFrame[],
  size: FrameSize,
  vision: VisionConfig,
  preprocessor: PreprocessorConfig,
): VideoPatches {
  const last = frames.at(-1)
  if (last === undefined) {
    throw new CaptureError({
      code: 'no-frames',
      message: 'There are no frames to cut into patches.',
      action: 'Wait for the first frames.',
      recoverable: true,
    })
  }
  const cutter = new PatchCutter(vision, preprocessor)
  const perPatch = vision.temporalPatchSize
  const grid = gridOf(frames.length, size, vision)
  const values = cutter.valuesPerTemporalPatch(size)
  const pixelValues = new Float32Array(grid.t * values)
  for (let t = 0; t < grid.t; t++) {
    const group = Array.from({ length: perPatch }, (_, i) => frames[t * perPatch + i] ?? last)
    cutter.pair(group, size, pixelValues.subarray(t * values, (t + 1) * values))
  }
  return { pixelValues, grid }
}
