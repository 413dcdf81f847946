import { CaptureError } from '../base/errors.ts'
import type { PreprocessorConfig, VisionConfig } from './config.ts'
import { roundHalfEven } from './rounding.ts'

/** Bounds of a resized frame: sides are multiples of `factor` px, the area is about within [minPixels, maxPixels]. */
export interface PixelBudget {
  readonly factor: number
  readonly minPixels: number
  readonly maxPixels: number
}

/** A frame's size in pixels. */
export interface FrameSize {
  readonly height: number
  readonly width: number
}

/** The longest side may be this many times the shortest. */
const maxAspectRatio = 200

/** The budget of a video frame: sides are multiples of one merged patch, the area is VidEmo's window. */
export function videoBudget(vision: VisionConfig, preprocessor: PreprocessorConfig): PixelBudget {
  return {
    factor: vision.patchSize * vision.spatialMergeSize,
    minPixels: preprocessor.videoMinPixels,
    maxPixels: preprocessor.videoMaxPixels,
  }
}

/**
 * The size a frame is resized to, keeping its shape as nearly as multiples of `factor` allow. Shrinking rounds down,
 * so the result never exceeds `maxPixels` (unless a side is already at `factor`), and may fall below `minPixels`;
 * enlarging rounds up, so it reaches `minPixels` and may exceed `maxPixels`.
 *
 * @throws CaptureError `empty-frame` if a side is not a positive integer; `extreme-aspect-ratio` above 200 : 1
 * @see qwen_vl_utils `vision_process.py`, `smart_resize`
 */
export function smartResize(height: number, width: number, budget: PixelBudget): FrameSize {
  if (!Number.isInteger(height) || !Number.isInteger(width) || height < 1 || width < 1) {
    throw new CaptureError({
      code: 'empty-frame',
      message: `A frame measures ${width} x ${height} px.`,
      action: 'Wait for the camera to start, or choose another source.',
      recoverable: true,
    })
  }
  const { factor, minPixels, maxPixels } = budget
  const ratio = Math.max(height, width) / Math.min(height, width)
  if (ratio > maxAspectRatio) {
    throw new CaptureError({
      code: 'extreme-aspect-ratio',
      message: `A frame of ${width} x ${height} px is ${ratio.toFixed(0)} times as long as wide.`,
      action: `Crop the video to less than ${maxAspectRatio} : 1.`,
      recoverable: true,
    })
  }
  const nearest = (side: number) => Math.max(factor, roundHalfEven(side / factor) * factor)
  const area = nearest(height) * nearest(width)
  if (area > maxPixels) {
    const beta = Math.sqrt((height * width) / maxPixels)
    const shrink = (side: number) => Math.max(factor, Math.floor(side / beta / factor) * factor)
    return { height: shrink(height), width: shrink(width) }
  }
  if (area < minPixels) {
    const beta = Math.sqrt(minPixels / (height * width))
    const enlarge = (side: number) => Math.ceil((side * beta) / factor) * factor
    return { height: enlarge(height), width: enlarge(width) }
  }
  return { height: nearest(height), width: nearest(width) }
}

/** Side of the largest square frame within the budget: a multiple of `factor`, px. */
export function largestSquare({ factor, maxPixels }: Pick<PixelBudget, 'factor' | 'maxPixels'>): number {
  return Math.max(factor, Math.floor(Math.sqrt(maxPixels) / factor) * factor)
}
