import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?gzip'
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?gzip'
import { loadOnce, startOrt } from '../ort-web.ts'
import type { GpuRuntime } from '../runtime.ts'

/** ONNX Runtime on a WebGPU device of this browser. Throws EngineError `runtime-not-loaded`. */
export async function browserRuntime(
  device: GPUDevice,
  options: Pick<GpuRuntime, 'forbidCpuFallback' | 'graphCapture'> = {},
): Promise<GpuRuntime> {
  return { provider: 'webgpu', ort: await loadGpuBuild(), device, ...options }
}

const loadGpuBuild = loadOnce(async () => {
  // The build for JSPI is smaller, and uploads weights to the GPU without copying them into the WebAssembly heap.
  const hasJspi = 'Suspending' in WebAssembly
  const ort = hasJspi ? await import('onnxruntime-web/jspi') : await import('onnxruntime-web/webgpu')
  return startOrt(ort, hasJspi ? jspiWasm : asyncifyWasm)
})
