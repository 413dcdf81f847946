import { EngineError } from '../../../base/errors.ts'
import type { GpuRuntime, Ort } from '../runtime.ts'

export interface DawnRuntime {
  readonly runtime: GpuRuntime
  /** What the driver calls itself and the device. */
  readonly adapter: string
}

/**
 * ONNX Runtime Web's WebGPU provider in Node, on Dawn (npm package `webgpu`). Start that Node with `--liftoff-only`:
 * otherwise the first run stalls half a minute while V8 optimizes the WebAssembly build.
 * Throws EngineError `no-adapter`.
 */
export async function dawnRuntime(
  options: Pick<GpuRuntime, 'forbidCpuFallback' | 'graphCapture'> = {},
): Promise<DawnRuntime> {
  const adapter = await (await openDawn()).requestAdapter()
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } = adapter.limits
  const device = await adapter.requestDevice({
    requiredFeatures: adapter.features.has('shader-f16') ? ['shader-f16'] : [],
    requiredLimits: { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage },
  })
  return { runtime: { provider: 'webgpu', ort: await dawnOrt(), device, ...options }, adapter: adapterName(adapter) }
}

/** Dawn's WebGPU, set up so that ONNX Runtime Web finds it as in a browser. */
export interface Dawn {
  /** Returns a new adapter each time: an adapter gives only one device. Throws EngineError `no-adapter`. */
  requestAdapter(): Promise<GPUAdapter>
}

/** Opens Dawn in this process as `navigator.gpu`. */
export async function openDawn(): Promise<Dawn> {
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  copySharedMemoryWrites()
  let gpu = keepAlive(create([]))
  const first = await gpu.requestAdapter()
  if (first && isSoftware(first)) {
    // With bounds checks on the private arrays of attention kernels, lavapipe compiles for minutes per kernel.
    gpu = keepAlive(create(['enable-dawn-features=disable_robustness']))
    slowDownPolling()
  } else if (first?.info.vendor === 'nvidia' && !first.features.has('shader-f16')) {
    // Dawn does not offer 16-bit floats on NVIDIA's Vulkan driver unless this feature is enabled.
    gpu = keepAlive(create(['enable-dawn-features=vulkan_enable_f16_on_nvidia']))
  }
  Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'Node.js' }, configurable: true })
  return {
    async requestAdapter() {
      const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
      if (adapter) return adapter
      throw new EngineError({
        code: 'no-adapter',
        message: 'No WebGPU adapter was found in Node.',
        action: 'Install a Vulkan driver; without a GPU, Mesa lavapipe 24 or newer (VK_ICD_FILENAMES names it).',
      })
    },
  }
}

/** The build of ONNX Runtime Web that runs on Dawn, with one thread: beside a GPU more have nothing to do. */
export async function dawnOrt(): Promise<Ort> {
  const ort = await import('onnxruntime-web/webgpu')
  ort.env.wasm.numThreads = 1
  return ort
}

/** What the driver calls itself and the device. */
export function adapterName({ info }: GPUAdapter): string {
  return [info.vendor, info.description || info.device].filter(Boolean).join(' ')
}

const instances: GPU[] = []

/** Keeps an instance as long as the process: Dawn crashes when one is collected before its devices. */
function keepAlive(gpu: GPU): GPU {
  instances.push(gpu)
  return gpu
}

function isSoftware({ info }: GPUAdapter): boolean {
  return /llvmpipe|lavapipe|swiftshader/i.test(`${info.description} ${info.device}`)
}

/**
 * Dawn's binding polls the device in every turn of the event loop, which takes time from a software adapter on the same
 * processor: this makes it wait a millisecond between polls.
 */
function slowDownPolling(): void {
  const later = (callback: (...args: unknown[]) => void, ...args: unknown[]) => setTimeout(callback, 1, ...args)
  Object.assign(globalThis, { setImmediate: later })
}

/** Dawn's binding refuses to write from shared memory, and a WebAssembly heap is shared: such data are copied first. */
function copySharedMemoryWrites(): void {
  const prototype = GPUQueue.prototype
  const original = prototype.writeBuffer
  prototype.writeBuffer = function (
    this: GPUQueue,
    buffer: GPUBuffer,
    bufferOffset: number,
    data: GPUAllowSharedBufferSource,
    dataOffset = 0,
    size?: number,
  ) {
    const isView = ArrayBuffer.isView(data)
    const memory: ArrayBufferLike = isView ? data.buffer : data
    if (memory instanceof ArrayBuffer) return original.call(this, buffer, bufferOffset, data, dataOffset, size)
    // Offset and size count elements of a view, bytes of a buffer.
    const perElement = isView && 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1
    const start = (isView ? data.byteOffset : 0) + dataOffset * perElement
    const length = size === undefined ? data.byteLength - dataOffset * perElement : size * perElement
    return original.call(this, buffer, bufferOffset, new Uint8Array(memory, start, length).slice())
  }
}
