import type { Truth } from '../../src/demo-face/truth.ts'
import type { SourceFrame } from '../../src/engine/frame-encoder.ts'
import type { PreprocessorConfig, SamplingOptions } from '../../src/qwen25vl/index.ts'
import { ClipPainter, clipOf, fileTimes, type SeenClip, shuffledOrder } from '../draw/drawn-clips.ts'

const drawnPx = 224

/** The recipe by which a bundle's model takes frames of a file. */
export function readRecipe({ videoFps, videoMinFrames, videoMaxFrames }: PreprocessorConfig): SamplingOptions {
  return { fps: videoFps, minFrames: videoMinFrames, maxFrames: videoMaxFrames }
}

/** Clip `index` of a seed, looked at as a file is. */
export function scoredClip(seed: number, index: number, recipe: SamplingOptions): SeenClip {
  return clipOf(seed, index, fileTimes(recipe))
}

/** Draws the clips that are scored. */
export class FrameSource {
  private painter: ClipPainter | undefined

  constructor(
    private readonly seed: number,
    private readonly recipe: SamplingOptions,
  ) {}

  clip(index: number): { readonly truth: Truth; readonly frames: readonly SourceFrame[] } {
    this.painter ??= new ClipPainter(drawnPx)
    const { painter } = this
    const seen = scoredClip(this.seed, index, this.recipe)
    const frames = seen.frames.map((_, frame) => ({
      width: drawnPx,
      height: drawnPx,
      rgba: Uint8ClampedArray.from(painter.draw(seen, frame)),
    }))
    return { truth: seen.truth, frames }
  }

  shuffled<T>(index: number, frames: readonly T[]): T[] {
    return shuffledOrder(this.seed, index, frames.length).map((frame) => frames[frame])
  }
}
