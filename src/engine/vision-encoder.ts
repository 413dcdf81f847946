import { type Grid, tokensPerTemporalPatch, visionRotary, windowIds, windowMask } from '../qwen25vl/index.ts'
import type { VisionBackend } from './backends/backend.ts'
import { openBackend } from './backends/open-backend.ts'
import type { Runtime } from './backends/runtime.ts'
import type { HostTensors, Tensor } from './backends/tensors.ts'
import type { Bundle } from './bundle.ts'

/** Added to the attention score of a patch in another window: float16 can hold it, and its exponential is 0 in both types. */
const maskedScore = -30000

/** Inputs that depend only on the frame size. */
interface SizeInputs {
  readonly cos: Tensor
  readonly sin: Tensor
  readonly windowBias: Tensor
}

/**
 * The vision tower: patches in, features out. Attention never crosses temporal patches, so each pair of frames can be
 * encoded on its own.
 */
export class VisionEncoder {
  /** By frame size; a camera has only one. */
  private readonly sizeInputs = new Map<string, SizeInputs>()
  /** Temporal patches encoded so far; tests count on each being encoded once. */
  encodedPatches = 0

  private constructor(
    private readonly host: HostTensors,
    private readonly bundle: Bundle,
    private readonly tower: VisionBackend,
  ) {}

  /** Loads the vision tower. Throws EngineError `session-failed`, `out-of-memory`. */
  static async create(runtime: Runtime, bundle: Bundle): Promise<VisionEncoder> {
    const backend = openBackend(runtime)
    return new VisionEncoder(backend.host, bundle, await backend.openVision(bundle))
  }

  /**
   * @param pixelValues float32 [t * h * w, patch values] in merge order
   * @returns features float32 [t * h * w / merge^2, hidden], on the GPU under WebGPU; dispose of them
   */
  async encode(pixelValues: Float32Array, grid: Grid): Promise<Tensor> {
    const { vision } = this.bundle.config
    const patches = grid.h * grid.w
    const { cos, sin, windowBias } = this.inputsFor(grid)
    const feeds = {
      pixel_values: this.host.float32(pixelValues, [grid.t, patches, pixelValues.length / grid.t / patches]),
      batch_shape: this.host.int64([grid.t, patches, -1], [3]),
      rope_cos: cos,
      rope_sin: sin,
      window_bias: windowBias,
    }
    this.encodedPatches += grid.t
    return this.tower.run(feeds, [grid.t * tokensPerTemporalPatch(grid, vision), vision.outHiddenSize])
  }

  async dispose(): Promise<void> {
    await this.tower.release()
  }

  private inputsFor(grid: Grid): SizeInputs {
    const key = `${grid.h}x${grid.w}`
    const known = this.sizeInputs.get(key)
    if (known) return known
    const { vision } = this.bundle.config
    const { compute } = this.bundle.manifest.graphs.vision
    const patches = grid.h * grid.w
    const { cos, sin } = visionRotary(grid, vision)
    const mask = windowMask(windowIds(grid, vision), maskedScore)
    const tensor = (values: Float32Array, dims: readonly number[]) => this.host.float(compute, values, dims)
    const inputs = {
      cos: tensor(cos, [patches, vision.headDim / 2]),
      sin: tensor(sin, [patches, vision.headDim / 2]),
      windowBias: tensor(mask, [1, 1, patches, patches]),
    }
    this.sizeInputs.set(key, inputs)
    return inputs
  }
}
