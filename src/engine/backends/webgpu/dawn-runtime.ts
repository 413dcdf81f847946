import { EngineError } from '../../../base/errors.ts'
import type { Ort, Runtime } from '../runtime.ts'

export interface DawnRuntime {
  readonly runtime: Runtime
  /** Driver and device, in the driver's words. */
  readonly adapter: string
}

/**
 * ONNX Runtime Web's WebGPU provider in Node, on Dawn (npm package `webgpu`). Start that Node with `--liftoff-only`:
 * otherwise the first run stalls half a minute while V8 optimises the WebAssembly build.
 * Throws EngineError `no-adapter`.
 */
export async function dawnRuntime(
  options: { readonly forbidCpuFallback?: boolean; readonly graphCapture?: boolean } = {},
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
  /** A new adapter each time, since an adapter gives one device only. Throws EngineError `no-adapter`. */
  requestAdapter(): Promise<GPUAdapter>
}

/** Opens Dawn in this process and puts it where a browser has `navigator.gpu`. */
export async function openDawn(): Promise<Dawn> {
  const { create, globals } = await import('webgpu')
  Object.assign(globalThis, globals)
  copySharedWrites()
  let gpu = hold(create([]))
  const first = await gpu.requestAdapter()
  if (first && isSoftware(first)) {
    // Bounds checks on the private arrays of attention kernels cost lavapipe's compiler minutes a kernel.
    gpu = hold(create(['enable-dawn-features=disable_robustness']))
    pollAtRest()
  } else if (first?.info.vendor === 'nvidia' && !first.features.has('shader-f16')) {
    // Dawn keeps 16-bit floats from NVIDIA's Vulkan driver unless it is told otherwise.
    gpu = hold(create(['enable-dawn-features=vulkan_enable_f16_on_nvidia']))
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

/** ONNX Runtime Web as it runs on Dawn: one thread, since Node has no pages to share memory with. */
export async function dawnOrt(): Promise<Ort> {
  const ort = await import('onnxruntime-web/webgpu')
  ort.env.wasm.numThreads = 1
  return ort
}

/** Driver and device, in the driver's words. */
export function adapterName({ info }: GPUAdapter): string {
  return [info.vendor, info.description || info.device].filter(Boolean).join(' ')
}

const held: GPU[] = []

/** Dawn crashes when its instance is collected while devices of it live, so it lives as long as the process. */
function hold(gpu: GPU): GPU {
  held.push(gpu)
  return gpu
}

function isSoftware({ info }: GPUAdapter): boolean {
  return /llvmpipe|lavapipe|swiftshader/i.test(`${info.description} ${info.device}`)
}

/**
 * Dawn's binding asks in every turn of the event loop whether the device has finished, and an adapter in software computes
 * on the very processor that this keeps busy: so it rests for a millisecond in between.
 */
function pollAtRest(): void {
  const later = (callback: (...args: unknown[]) => void, ...args: unknown[]) => setTimeout(callback, 1, ...args)
  Object.assign(globalThis, { setImmediate: later })
}

/** Dawn's binding refuses views of shared memory, which is what a wasm heap is. */
function copySharedWrites(): void {
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
