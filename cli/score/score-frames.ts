import type { Truth } from '../../src/demo-face/truth.ts'
import type { SourceFrame } from '../../src/engine/frame-encoder.ts'
import type { PreprocessorConfig, SamplingOptions } from '../../src/qwen25vl/index.ts'
import { ClipPainter, clipOf, fileTimes, type SeenClip, shuffledOrder } from '../draw/drawn-clips.ts'
import { ComposedFaces, type ComposedOptions } from './composed-faces.ts'

const drawnPx = 224
/** Drawn twice as large where it is made small again: a camera's picture is sharper than its pixels. */
const composedPx = 448

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
    /** Shows each face as the *face* view shows one that is far from the camera. Default: the drawn picture itself. */
    private readonly composed?: ComposedOptions,
  ) {}

  clip(index: number): { readonly truth: Truth; readonly frames: readonly SourceFrame[] } {
    const side = this.composed ? composedPx : drawnPx
    this.painter ??= new ClipPainter(side)
    const { painter } = this
    const seen = scoredClip(this.seed, index, this.recipe)
    const faces = this.composed && new ComposedFaces(seen.clip.scene, this.composed)
    const frames = seen.frames.map((_, frame) => {
      const drawn = { width: side, height: side, rgba: Uint8ClampedArray.from(painter.draw(seen, frame)) }
      return faces ? faces.crop(drawn, seen.timesS[frame]) : drawn
    })
    return { truth: seen.truth, frames }
  }

  shuffled<T>(index: number, frames: readonly T[]): T[] {
    return shuffledOrder(this.seed, index, frames.length).map((frame) => frames[frame])
  }
}
