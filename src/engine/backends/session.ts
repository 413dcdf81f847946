import type { InferenceSession } from 'onnxruntime-web'
import { PiecewiseBlob } from '../../base/blob-pieces.ts'
import { EngineError } from '../../base/errors.ts'
import type { ManifestGraph } from '../../manifest/manifest.ts'
import type { BundleFiles } from '../bundle.ts'
import type { Ort } from './runtime.ts'

/** Creates a session from a bundle's files in memory. Throws what the files and ONNX Runtime throw. */
export async function loadSession(
  ort: Ort,
  files: BundleFiles,
  graph: ManifestGraph,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  const [model, ...data] = await Promise.all([graph.graph, ...graph.data].map((each) => files.read(each)))
  options.externalData = graph.data.map((name, index) => ({ path: name, data: readable(data[index]) }))
  const session = await ort.InferenceSession.create(await bytesOf(model), options)
  ort.onSessionCreated?.()
  return session
}

/** Whether an error means that memory ran out, by the wording of browsers, WebAssembly and ONNX Runtime. */
export function isOutOfMemory(cause: unknown): boolean {
  return (
    cause instanceof RangeError ||
    (cause instanceof Error && /out of memory|bad_alloc|failed to allocate|could not allocate/i.test(cause.message))
  )
}

/** EngineError `out-of-memory` for a graph. */
export function outOfMemory({ graph }: ManifestGraph, cause: unknown): EngineError {
  return new EngineError({
    code: 'out-of-memory',
    message: `There is not enough memory for ${graph} and its weights: ${messageOf(cause)}`,
    action: 'Close other pages and try again, or load a smaller bundle.',
    subject: graph,
    recoverable: true,
    cause,
  })
}

/** EngineError `session-failed` for a graph. */
export function sessionFailed({ graph }: ManifestGraph, cause: unknown): EngineError {
  return new EngineError({
    code: 'session-failed',
    message: `${graph} could not be loaded: ${messageOf(cause)}`,
    action: 'Free memory, or choose a smaller bundle; if it persists, build the bundle again.',
    subject: graph,
    cause,
  })
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

function readable(data: Uint8Array | Blob): Uint8Array | Blob {
  return data instanceof Blob ? new PiecewiseBlob(data) : data
}

async function bytesOf(data: Uint8Array | Blob): Promise<Uint8Array> {
  return data instanceof Blob ? new Uint8Array(await data.arrayBuffer()) : data
}
