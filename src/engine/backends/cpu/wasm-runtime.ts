import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?gzip'
import { loadOnce, startOrt } from '../ort-web.ts'
import type { CpuRuntime } from '../runtime.ts'
import { eventLoopYield } from './event-loop-yield.ts'
import { type MemoryGrowth, watchMemoryGrowth } from './memory-growth.ts'

/**
 * ONNX Runtime on this browser's processor, for where WebGPU cannot be used and the bundle is small (`fitsWasm`). It is a
 * build of its own: those for WebGPU lack CPU kernels that bundles need (GatherBlockQuantized).
 * Throws EngineError `runtime-not-loaded`.
 */
export async function wasmRuntime(): Promise<CpuRuntime> {
  memoryGrowth ??= watchMemoryGrowth()
  return {
    provider: 'cpu',
    ort: await loadCpuBuild(),
    executionProvider: 'wasm',
    isShortOfMemory: memoryGrowth.isRefused,
    yieldBetweenRuns: eventLoopYield(),
  }
}

let memoryGrowth: MemoryGrowth | undefined

/** ONNX Runtime's own default takes at most this many threads, too. */
const maxThreads = 4

const loadCpuBuild = loadOnce(async () => startOrt(await import('onnxruntime-web/wasm'), plainWasm, maxThreads))
