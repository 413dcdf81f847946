import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url'
import { EngineError } from '../../errors.ts'
import type { Ort, Runtime } from '../runtime.ts'

/** ONNX Runtime on a device of this browser; its WebAssembly comes from the app's own origin. */
export async function browserRuntime(
  device: GPUDevice,
  options: { readonly forbidCpuFallback?: boolean } = {},
): Promise<Extract<Runtime, { provider: 'webgpu' }>> {
  return { provider: 'webgpu', ort: await loadOrt(), device, ...options }
}

let loaded: Promise<Ort> | undefined

/** Throws EngineError `runtime-not-loaded`. */
function loadOrt(): Promise<Ort> {
  loaded ??= importOrt().catch((cause) => {
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

async function importOrt(): Promise<Ort> {
  // The build for JSPI is smaller and streams weights to the GPU past the WebAssembly heap.
  const isSuspending = 'Suspending' in WebAssembly
  const ort = isSuspending ? await import('onnxruntime-web/jspi') : await import('onnxruntime-web/webgpu')
  const { wasm } = ort.env
  wasm.wasmPaths = { wasm: new URL(isSuspending ? jspiWasm : asyncifyWasm, import.meta.url).href }
  // Threads need shared memory, which only a cross-origin isolated page has.
  if (!globalThis.crossOriginIsolated) wasm.numThreads = 1
  return ort
}
