import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { type Grid, tokensPerTemporalPatch, visionRotary, windowIds, windowMask } from '../qwen25vl/index.ts'
import { createSession, type Runtime } from './backends/runtime.ts'
import { floatTensor, int64Tensor } from './backends/tensors.ts'
import type { Bundle } from './bundle.ts'

/** Added to the score of a patch in another window; within float16's range, and its exponential is zero in both types. */
const masked = -30000

interface Tables {
  readonly cos: Tensor
  readonly sin: Tensor
  readonly windowBias: Tensor
}

/** Turns patches into features. Pairs of frames never look at each other, so each can be encoded on its own. */
export class VisionEncoder {
  /** Rotary tables and window masks by size: a camera keeps one size for ever. */
  private readonly tables = new Map<string, Tables>()
  /** Temporal patches encoded so far. */
  encoded = 0

  private constructor(
    private readonly runtime: Runtime,
    private readonly bundle: Bundle,
    private readonly session: InferenceSession,
  ) {}

  static async create(runtime: Runtime, bundle: Bundle): Promise<VisionEncoder> {
    const session = await createSession(runtime, bundle.files, bundle.manifest.graphs.vision)
    return new VisionEncoder(runtime, bundle, session)
  }

  /**
   * @param pixelValues float32 [t * h * w, patch values] in merge order
   * @returns features float32 [t * h * w / merge^2, hidden]; on the GPU under WebGPU. Dispose of it.
   */
  async encode(pixelValues: Float32Array, grid: Grid): Promise<Tensor> {
    const { vision } = this.bundle.config
    const patches = grid.h * grid.w
    const { cos, sin, windowBias } = this.tablesFor(grid)
    const { ort } = this.runtime
    const feeds = {
      pixel_values: new ort.Tensor('float32', pixelValues, [grid.t, patches, pixelValues.length / grid.t / patches]),
      batch_shape: int64Tensor(this.runtime, [grid.t, patches, -1], [3]),
      rope_cos: cos,
      rope_sin: sin,
      window_bias: windowBias,
    }
    this.encoded += grid.t
    if (this.runtime.provider === 'cpu') return (await this.session.run(feeds)).image_features
    const { device } = this.runtime
    const rows = grid.t * tokensPerTemporalPatch(grid, vision)
    const dims = [rows, vision.outHiddenSize]
    const buffer = device.createBuffer({
      size: rows * vision.outHiddenSize * 4,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    })
    const features = ort.Tensor.fromGpuBuffer(buffer, {
      dataType: 'float32',
      dims,
      download: () => readFloats(device, buffer, rows * vision.outHiddenSize),
      dispose: () => buffer.destroy(),
    })
    await this.session.run(feeds, { image_features: features })
    return features
  }

  async dispose(): Promise<void> {
    await this.session.release()
  }

  private tablesFor(grid: Grid): Tables {
    const key = `${grid.h}x${grid.w}`
    const known = this.tables.get(key)
    if (known) return known
    const { vision } = this.bundle.config
    const { compute } = this.bundle.manifest.graphs.vision
    const patches = grid.h * grid.w
    const { cos, sin } = visionRotary(grid, vision)
    const mask = windowMask(windowIds(grid, vision), masked)
    const tensor = (values: Float32Array, dims: readonly number[]) => floatTensor(this.runtime, compute, values, dims)
    const tables = {
      cos: tensor(cos, [patches, vision.headDim / 2]),
      sin: tensor(sin, [patches, vision.headDim / 2]),
      windowBias: tensor(mask, [1, 1, patches, patches]),
    }
    this.tables.set(key, tables)
    return tables
  }
}

/** Copies `count` float32 out of a GPU buffer. */
export async function readFloats(
  device: GPUDevice,
  buffer: GPUBuffer,
  count: number,
): Promise<Float32Array<ArrayBuffer>> {
  const staging = device.createBuffer({ size: count * 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST })
  const encoder = device.createCommandEncoder()
  encoder.copyBufferToBuffer(buffer, 0, staging, 0, count * 4)
  device.queue.submit([encoder.finish()])
  await staging.mapAsync(GPUMapMode.READ)
  const values = new Float32Array(staging.getMappedRange().slice(0))
  staging.destroy()
  return values
}
