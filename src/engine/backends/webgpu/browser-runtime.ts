import type { Env } from 'onnxruntime-web'
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?gzip'
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?gzip'
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?gzip'
import { EngineError } from '../../../base/errors.ts'
import { fetchWasm } from '../app-wasm.ts'
import { turnTaking } from '../cpu/event-loop-yield.ts'
import { type MemoryGrowth, watchMemoryGrowth } from '../cpu/memory-growth.ts'
import type { Ort, Runtime } from '../runtime.ts'

/** ONNX Runtime on a device of this browser; its WebAssembly comes from the app's own origin. */
export async function browserRuntime(
  device: GPUDevice,
  options: { readonly forbidCpuFallback?: boolean; readonly graphCapture?: boolean } = {},
): Promise<Extract<Runtime, { provider: 'webgpu' }>> {
  return { provider: 'webgpu', ort: await loadGpu(), device, ...options }
}

/**
 * ONNX Runtime on this browser's processor, for where there is no usable WebGPU. A build of its own: those for WebGPU
 * leave out processor kernels that bundles need (GatherBlockQuantized). See `fitsWasm` for the bundles it can bear.
 */
export async function wasmRuntime(): Promise<Extract<Runtime, { provider: 'cpu' }>> {
  memoryGrowth ??= watchMemoryGrowth()
  return {
    provider: 'cpu',
    ort: await loadWasm(),
    executionProvider: 'wasm',
    isShortOfMemory: memoryGrowth.isRefused,
    takeTurns: turnTaking(),
  }
}

let memoryGrowth: MemoryGrowth | undefined

/** On the processor, as many as ONNX Runtime takes by itself at most; beside a GPU they have nothing to do. */
const mostThreads = 4

const loadGpu = once(async () => {
  // The build for JSPI is smaller and streams weights to the GPU past the WebAssembly heap.
  const isSuspending = 'Suspending' in WebAssembly
  const ort = isSuspending ? await import('onnxruntime-web/jspi') : await import('onnxruntime-web/webgpu')
  return prepare(ort, isSuspending ? jspiWasm : asyncifyWasm)
})

const loadWasm = once(async () => prepare(await import('onnxruntime-web/wasm'), plainWasm, mostThreads))

/** A build of ONNX Runtime with its WebAssembly, on which it starts with its first session. Throws what `fetchWasm` throws. */
async function prepare(ort: Ort & { readonly env: Env }, url: string, threads = 1): Promise<Ort> {
  const { wasm } = ort.env
  const binary = await fetchWasm(new URL(url, import.meta.url).href)
  wasm.wasmBinary = binary
  // They need shared memory, which only a cross-origin isolated page has.
  wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(threads, navigator.hardwareConcurrency) : 1
  const { InferenceSession, Tensor } = ort
  // Once compiled it is of no use, and would be held for good: up to 27 MB.
  const started = () => {
    if (binary.byteLength > 0) structuredClone(binary, { transfer: [binary] })
  }
  return { InferenceSession, Tensor, started }
}

/** Loads when first asked, and again after a failure. The loader throws EngineError `runtime-not-loaded`. */
function once(load: () => Promise<Ort>): () => Promise<Ort> {
  let loaded: Promise<Ort> | undefined
  return () => {
    loaded ??= load().catch((cause) => {
      loaded = undefined
      throw new EngineError({
        code: 'runtime-not-loaded',
        message: 'The part of the app that computes could not be loaded.',
        action: 'Check the connection, then reload the page.',
        recoverable: true,
        cause,
      })
    })
    return loaded
  }
}
