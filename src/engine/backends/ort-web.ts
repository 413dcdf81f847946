import type { Env } from 'onnxruntime-web'
import { EngineError } from '../../base/errors.ts'
import { fetchWasm } from '../../net/app-wasm.ts'
import type { Ort } from './runtime.ts'

/**
 * Starts a build of ONNX Runtime Web whose WebAssembly comes from the app's own origin; the runtime itself is initialized
 * by its first session. Throws what `fetchWasm` throws.
 *
 * @param url of the WebAssembly
 * @param threads at most; more than one needs shared memory, which only a cross-origin isolated page has
 */
export async function startOrt(ort: Ort & { readonly env: Env }, url: string, threads = 1): Promise<Ort> {
  const { wasm } = ort.env
  const binary = await fetchWasm(new URL(url, import.meta.url).href)
  wasm.wasmBinary = binary
  wasm.numThreads = globalThis.crossOriginIsolated ? Math.min(threads, navigator.hardwareConcurrency) : 1
  const { InferenceSession, Tensor } = ort
  // Once compiled, the binary is of no use, but ONNX Runtime would hold its up to 27 MB for ever: a transfer frees them.
  const onSessionCreated = () => {
    if (binary.byteLength > 0) structuredClone(binary, { transfer: [binary] })
  }
  return { InferenceSession, Tensor, onSessionCreated }
}

/** Loads when first called, and again after a failure. The returned function throws EngineError `runtime-not-loaded`. */
export function loadOnce(load: () => Promise<Ort>): () => Promise<Ort> {
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
