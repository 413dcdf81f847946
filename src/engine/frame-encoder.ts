import { CaptureError } from '../base/errors.ts'
import {
  BicubicResizer,
  type FrameSize,
  type Grid,
  gridOf,
  PatchCutter,
  type PixelBudget,
  smartResize,
  videoBudget,
} from '../qwen25vl/index.ts'
import type { Backend } from './backends/backend.ts'
import { openBackend } from './backends/open-backend.ts'
import type { Runtime } from './backends/runtime.ts'
import type { Tensor } from './backends/tensors.ts'
import type { Bundle } from './bundle.ts'
import type { VisionEncoder } from './vision-encoder.ts'

/** A frame as a source gives it. */
export interface SourceFrame {
  readonly width: number
  readonly height: number
  /** uint8 [height, width, 4] */
  readonly rgba: Uint8ClampedArray
}

/** A frame at the model's resolution: uint8 [height, width, 3]. */
export interface ResizedFrame extends FrameSize {
  readonly rgb: Uint8Array
}

export interface EncodedPair {
  /** f32 [h * w / merge^2, hidden]; dispose of them. */
  readonly features: Tensor
  /** t = 1 */
  readonly grid: Grid
  /** The two frames as the model sees them. */
  readonly frames: readonly ResizedFrame[]
  /** Time of resizing, cutting into patches and the vision tower, ms. */
  readonly ms: number
}

function mixedSizes(): CaptureError {
  return new CaptureError({
    code: 'frame-size-changed',
    message: 'Two frames of a pair have different sizes.',
    action: 'Report this with the source that was read.',
  })
}

/** Encodes frames to features, one temporal patch (a pair of frames) at a time. */
export class FrameEncoder {
  private readonly cutter: PatchCutter
  private readonly budget: PixelBudget
  private readonly backend: Backend
  private resizer: BicubicResizer | undefined

  /** @param pixels budget of a frame; default: the bundle's own */
  constructor(
    runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly encoder: VisionEncoder,
    pixels?: Pick<PixelBudget, 'minPixels' | 'maxPixels'>,
  ) {
    const { vision, preprocessor } = bundle.config
    this.backend = openBackend(runtime)
    this.cutter = new PatchCutter(vision, preprocessor)
    this.budget = { ...videoBudget(vision, preprocessor), ...pixels }
  }

  /**
   * Encodes the frames of one temporal patch; resolves when their features are computed.
   * Throws CaptureError `frame-size-changed` if they differ in size.
   */
  async encode(frames: readonly SourceFrame[]): Promise<EncodedPair> {
    const started = performance.now()
    const [{ width, height }] = frames
    // Two sizes can have equally many pixels, so the length of `rgba` would not tell them apart.
    if (frames.some((frame) => frame.width !== width || frame.height !== height)) throw mixedSizes()
    const size = smartResize(height, width, this.budget)
    if (this.resizer?.source.width !== width || this.resizer.source.height !== height) {
      this.resizer = new BicubicResizer({ width, height }, size)
    }
    const { resizer } = this
    const resized = frames.map(({ rgba }) => ({ ...size, rgb: resizer.resize(rgba) }))
    const grid = gridOf(frames.length, size, this.bundle.config.vision)
    const features = await this.encoder.encode(
      this.cutter.pair(
        resized.map(({ rgb }) => rgb),
        size,
      ),
      grid,
    )
    await this.backend.computed()
    return { features, grid, frames: resized, ms: performance.now() - started }
  }
}
