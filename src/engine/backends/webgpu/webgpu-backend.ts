import type { InferenceSession, Tensor } from 'onnxruntime-web'
import type { ManifestGraph } from '../../../manifest/manifest.ts'
import type { Bundle, BundleFiles } from '../../bundle.ts'
import type { Backend, VisionBackend } from '../backend.ts'
import type { DecoderBackend } from '../decoder-backend.ts'
import type { GpuRuntime } from '../runtime.ts'
import { isOutOfMemory, loadSession, outOfMemory, sessionFailed } from '../session.ts'
import { HostTensors } from '../tensors.ts'
import { readFloats, storageBuffer } from './buffers.ts'
import { RecordingSession } from './recording-session.ts'
import { WebGpuDecoder } from './webgpu-decoder.ts'

/** Both graphs on ONNX Runtime's WebGPU provider; features, KV cache and logits stay in GPU buffers. */
export class WebGpuBackend implements Backend {
  readonly host: HostTensors

  constructor(private readonly runtime: GpuRuntime) {
    this.host = new HostTensors(runtime.ort)
  }

  async openDecoder(bundle: Bundle): Promise<DecoderBackend> {
    const { runtime } = this
    const canRecord = runtime.graphCapture ?? false
    const session = await createGpuSession(runtime, bundle.files, bundle.manifest.graphs.decoder, canRecord)
    return new WebGpuDecoder(runtime, bundle, new RecordingSession(session, canRecord))
  }

  async openVision(bundle: Bundle): Promise<VisionBackend> {
    const session = await createGpuSession(this.runtime, bundle.files, bundle.manifest.graphs.vision)
    const { device, ort } = this.runtime
    return {
      async run(feeds, dims) {
        const count = dims[0] * dims[1]
        const buffer = storageBuffer(device, count * 4)
        const features = ort.Tensor.fromGpuBuffer(buffer, {
          dataType: 'float32',
          dims,
          download: () => readFloats(device, buffer, count),
          dispose: () => buffer.destroy(),
        })
        await session.run(feeds, { image_features: features })
        return features
      },
      release: () => session.release(),
    }
  }

  concatRows(parts: readonly Tensor[]): Tensor {
    const [first] = parts
    if (parts.length === 1) return first
    const { device, ort } = this.runtime
    const width = first.dims[1]
    const rows = parts.reduce((sum, { dims }) => sum + dims[0], 0)
    const buffer = storageBuffer(device, rows * width * 4)
    const commands = device.createCommandEncoder()
    let at = 0
    for (const part of parts) {
      commands.copyBufferToBuffer(part.gpuBuffer as unknown as GPUBuffer, 0, buffer, at, part.size * 4)
      at += part.size * 4
    }
    device.queue.submit([commands.finish()])
    const dispose = () => buffer.destroy()
    return ort.Tensor.fromGpuBuffer(buffer, { dataType: 'float32', dims: [rows, width], dispose })
  }

  viewRows(tensor: Tensor, rows: number): Tensor {
    return this.runtime.ort.Tensor.fromGpuBuffer(tensor.gpuBuffer, {
      dataType: 'float32',
      dims: [rows, tensor.dims[1]],
    })
  }

  async computed(): Promise<void> {
    await this.runtime.device.queue.onSubmittedWorkDone()
  }
}

/**
 * Creates the session of one of a bundle's graphs. Throws EngineError `session-failed`, `out-of-memory`.
 *
 * @param canRecord whether runs can be recorded and replayed
 */
export async function createGpuSession(
  runtime: GpuRuntime,
  files: BundleFiles,
  graph: ManifestGraph,
  canRecord = false,
): Promise<InferenceSession> {
  const provider: InferenceSession.WebGpuExecutionProviderOption & Record<string, unknown> = {
    name: 'webgpu',
    device: runtime.device,
    // Sums of float16 products are kept in float32: this network's sums exceed float16's range.
    enableMatmulFp32Accumulation: true,
  }
  const options: InferenceSession.SessionOptions = {
    logSeverityLevel: 3,
    executionProviders: [provider],
    ...(runtime.forbidCpuFallback ? { extra: { session: { disable_cpu_ep_fallback: '1' } } } : {}),
  }
  if (canRecord) allowRecording(options)
  try {
    return await loadSession(runtime.ort, files, graph, options)
  } catch (cause) {
    throw isOutOfMemory(cause) ? outOfMemory(graph, cause) : sessionFailed(graph, cause)
  }
}

/**
 * Turns `enableGraphCapture` on for the WebGPU provider, which reads it first, and off for the JavaScript binding, which
 * reads it afterward: the binding would refuse every input and output in host memory, prompts included.
 */
function allowRecording(options: InferenceSession.SessionOptions): void {
  let reads = 0
  Object.defineProperty(options, 'enableGraphCapture', { get: () => (reads++ === 0 ? true : undefined) })
}
