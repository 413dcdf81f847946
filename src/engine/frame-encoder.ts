import type { Tensor } from 'onnxruntime-web'
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
import type { Runtime } from './backends/runtime.ts'
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
  /** f32 [h * w / merge^2, hidden]; dispose of it. */
  readonly features: Tensor
  /** t = 1 */
  readonly grid: Grid
  /** What the model saw. */
  readonly frames: readonly ResizedFrame[]
  /** Resize, patches and vision tower, ms. */
  readonly ms: number
}

/** Two sizes may have as many pixels, and would be read as stripes. */
function mixedSizes(): CaptureError {
  return new CaptureError({
    code: 'frame-size-changed',
    message: 'Two frames of a pair have different sizes.',
    action: 'Report this with the source that was read.',
  })
}

/** Frames to features, one temporal patch (a pair of frames) at a time: pairs never look at each other. */
export class FrameEncoder {
  private readonly cutter: PatchCutter
  private readonly budget: PixelBudget
  private resizer: BicubicResizer | undefined

  /** @param pixels of a frame; the bundle's own where unsaid */
  constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly encoder: VisionEncoder,
    pixels?: Pick<PixelBudget, 'minPixels' | 'maxPixels'>,
  ) {
    const { vision, preprocessor } = bundle.config
    this.cutter = new PatchCutter(vision, preprocessor)
    this.budget = { ...videoBudget(vision, preprocessor), ...pixels }
  }

  /** Frames of one temporal patch, and of one size (CaptureError `frame-size-changed` otherwise). Waits until the features are computed. */
  async encode(frames: readonly SourceFrame[]): Promise<EncodedPair> {
    const started = performance.now()
    const [{ width, height }] = frames
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
    if (this.runtime.provider === 'webgpu') await this.runtime.device.queue.onSubmittedWorkDone()
    return { features, grid, frames: resized, ms: performance.now() - started }
  }
}
