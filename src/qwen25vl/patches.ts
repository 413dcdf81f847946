import { CaptureError } from '../base/errors.ts'
import type { PreprocessorConfig, VisionConfig } from './config.ts'
import type { FrameSize } from './smart-resize.ts'

/** One resized frame: uint8 [height, width, 3], RGB. */
export type RgbFrame = Uint8Array | Uint8ClampedArray

const channels = 3

/**
 * Cuts resized frames into normalized patches, in the order the vision tower expects: for each temporal patch, merged
 * cells row by row, and inside a cell its patches row by row; inside a patch channel, frame, row, column.
 *
 * @see transformers `image_processing_qwen2_vl.py`, `_preprocess`
 */
export class PatchCutter {
  readonly #vision: VisionConfig
  /** float32 [3, 256]: (byte / 255 - mean) / std, each step rounded to float32. */
  readonly #normalised: Float32Array

  constructor(vision: VisionConfig, preprocessor: PreprocessorConfig) {
    this.#vision = vision
    this.#normalised = normalisation(preprocessor)
  }

  /** The number of float32 values of one temporal patch (a pair of frames) of this size. */
  valuesPerTemporalPatch(size: FrameSize): number {
    return size.width * size.height * channels * this.#vision.temporalPatchSize
  }

  /**
   * Cuts one temporal patch, for a live window that encodes each pair once; `videoPatches` cuts a whole clip.
   *
   * @param frames exactly temporalPatchSize frames of `size`
   * @param into where to write, `valuesPerTemporalPatch(size)` values. Default: a new array
   * @returns float32 [h * w, channels * temporalPatchSize * patchSize * patchSize]
   * @throws CaptureError `bad-patch-size`, `frame-size-changed`
   */
  pair(
    frames: readonly RgbFrame[],
    size: FrameSize,
    into: Float32Array<ArrayBuffer> = new Float32Array(this.valuesPerTemporalPatch(size)),
  ): Float32Array<ArrayBuffer> {
    const { patchSize, spatialMergeSize, temporalPatchSize } = this.#vision
    const cell = patchSize * spatialMergeSize
    const bytes = size.width * size.height * channels
    if (size.height % cell !== 0 || size.width % cell !== 0) {
      throw new CaptureError({
        code: 'bad-patch-size',
        message: `A frame of ${size.width} x ${size.height} px does not divide into cells of ${cell} px.`,
        action: 'Resize frames to the size that smartResize gives.',
      })
    }
    if (frames.length !== temporalPatchSize || frames.some((frame) => frame.length !== bytes)) {
      throw new CaptureError({
        code: 'frame-size-changed',
        message: `Expected ${temporalPatchSize} frames of ${bytes} bytes, got ${frames.map((frame) => frame.length)}.`,
        action: 'Start the capture again.',
        recoverable: true,
      })
    }
    const table = this.#normalised
    let at = 0
    for (let cellTop = 0; cellTop < size.height; cellTop += cell) {
      for (let cellLeft = 0; cellLeft < size.width; cellLeft += cell) {
        for (let top = cellTop; top < cellTop + cell; top += patchSize) {
          for (let left = cellLeft; left < cellLeft + cell; left += patchSize) {
            for (let channel = 0; channel < channels; channel++) {
              const offset = channel * 256
              for (const frame of frames) {
                for (let y = top; y < top + patchSize; y++) {
                  let from = (y * size.width + left) * channels + channel
                  for (let x = 0; x < patchSize; x++, from += channels) into[at++] = table[offset + frame[from]]
                }
              }
            }
          }
        }
      }
    }
    return into
  }
}

function normalisation({ imageMean, imageStd }: PreprocessorConfig): Float32Array {
  const { fround } = Math
  const table = new Float32Array(channels * 256)
  for (let channel = 0; channel < channels; channel++) {
    const mean = fround(imageMean[channel])
    const std = fround(imageStd[channel])
    for (let byte = 0; byte < 256; byte++) {
      table[channel * 256 + byte] = fround(fround(fround(byte / 255) - mean) / std)
    }
  }
  return table
}
