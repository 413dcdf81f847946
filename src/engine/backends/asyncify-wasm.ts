import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?gzip'
import { fetchWasm } from '../../net/app-wasm.ts'

/**
 * The app's own WebAssembly for `onnxruntime-web/webgpu`: for packages that bring that script themselves.
 *
 * @throws what `fetchWasm` throws
 */
export function fetchAsyncifyWasm(): Promise<ArrayBuffer> {
  return fetchWasm(new URL(asyncifyWasm, import.meta.url).href)
}
