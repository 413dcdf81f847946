import type { Env } from 'onnxruntime-web'
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?gzip'
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?gzip'
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?gzip'
import { fetchWasm } from '../../net/app-wasm.ts'
import type { FaceNetworks } from './face-networks.ts'
import { fetchedNetworks } from './fetched-networks.ts'
import { notLoaded } from './network-files.ts'
import { type Ort, ortFaceNetworks } from './ort-face-networks.ts'

export interface FaceNetworksOptions {
  /** The page's base address, below which the networks are published; a worker does not know it. */
  readonly appUrl: string
  /** Where they compute. Default: the processor, on one thread. */
  readonly device?: GPUDevice
}

/**
 * Opens the face networks in a browser, in a worker of its own: runs occupy the thread. On the processor that is ONNX
 * Runtime's plain build, which is 2 to 5 times as fast for these networks as the build that knows WebGPU.
 *
 * @throws FaceError `faces-not-loaded`
 */
export async function openFaceNetworks({ appUrl, device }: FaceNetworksOptions): Promise<FaceNetworks> {
  const read = fetchedNetworks(appUrl)
  if (!device) return ortFaceNetworks(await loaded(plainOrt), read, { executionProviders: ['wasm'] })
  const provider = { name: 'webgpu', device } as const
  return ortFaceNetworks(await loaded(gpuOrt), read, { executionProviders: [provider] })
}

const plainOrt = async () => started(await import('onnxruntime-web/wasm'), plainWasm)

/** The builds that the engine runs on, so that a device has only one of them in its cache. */
const gpuOrt = async () => {
  const hasJspi = 'Suspending' in WebAssembly
  const ort = hasJspi ? await import('onnxruntime-web/jspi') : await import('onnxruntime-web/webgpu')
  return started(ort, hasJspi ? jspiWasm : asyncifyWasm)
}

async function started(ort: Ort & { readonly env: Env }, url: string): Promise<Ort> {
  const { wasm } = ort.env
  // A worker that opens the networks again finds the runtime initialized: it takes no second binary.
  if (wasm.wasmBinary) return ort
  const binary = await fetchWasm(new URL(url, import.meta.url).href)
  wasm.wasmBinary = binary
  wasm.numThreads = 1
  const { InferenceSession, Tensor } = ort
  // Once compiled, the binary is of no use, but ONNX Runtime would hold its megabytes for ever: a transfer frees them.
  const onSessionsCreated = () => void structuredClone(binary, { transfer: [binary] })
  return { InferenceSession, Tensor, onSessionsCreated }
}

async function loaded(load: () => Promise<Ort>): Promise<Ort> {
  try {
    return await load()
  } catch (cause) {
    throw notLoaded('onnxruntime-web', 'the part of the app that computes could not be loaded.', cause)
  }
}
