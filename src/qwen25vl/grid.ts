import type { VisionConfig } from './config.ts'
import type { FrameSize } from './smart-resize.ts'

/** A video in patches (`grid_thw`): temporal patches, rows and columns. A temporal patch is usually a pair of frames. */
export interface Grid {
  readonly t: number
  readonly h: number
  readonly w: number
}

/** The grid of `frames` resized frames; a last group that is not full counts as one. */
export function gridOf(frames: number, size: FrameSize, vision: VisionConfig): Grid {
  return {
    t: Math.ceil(frames / vision.temporalPatchSize),
    h: size.height / vision.patchSize,
    w: size.width / vision.patchSize,
  }
}

/** Tokens one temporal patch becomes in the language model: its merged cells. */
export function tokensPerTemporalPatch(grid: Grid, vision: VisionConfig): number {
  return (grid.h / vision.spatialMergeSize) * (grid.w / vision.spatialMergeSize)
}

/** Tokens the whole video becomes: the number of `<|video_pad|>` it takes. */
export function videoTokens(grid: Grid, vision: VisionConfig): number {
  return grid.t * tokensPerTemporalPatch(grid, vision)
}
