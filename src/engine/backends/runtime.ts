import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { PiecewiseBlob } from '../../base/blob-pieces.ts'
import { EngineError } from '../../base/errors.ts'
import { isSoftware } from '../../device/device.ts'
import type { Manifest, ManifestGraph } from '../../manifest/manifest.ts'
import type { BundleFiles } from '../bundle.ts'

/** What is used of ONNX Runtime; onnxruntime-node and every build of onnxruntime-web have it. */
export interface Ort {
  readonly InferenceSession: typeof InferenceSession
  readonly Tensor: typeof Tensor
  /** Told that a session stands, to let go of what starting took. */
  readonly started?: () => void
}

/** A runtime and where it computes. */
export type Runtime =
  | {
      readonly provider: 'cpu'
      readonly ort: Ort
      /** The name this build of ONNX Runtime has for its CPU provider, where it has no other default. */
      readonly executionProvider?: 'wasm'
      /** Whether it was last refused memory that it asked for: what fails then, fails for that. */
      readonly isShortOfMemory?: () => boolean
      /** Awaited before each run, where runs keep the thread that others wait for. */
      readonly takeTurns?: () => Promise<void>
      readonly leastRows?: number
    }
  | {
      readonly provider: 'webgpu'
      readonly ort: Ort
      readonly device: GPUDevice
      /** Fails session creation when a node would not run on the GPU. */
      readonly forbidCpuFallback?: boolean
      /** Single steps of decoding are recorded once and played again (see `graph-capture.ts`). */
      readonly graphCapture?: boolean
      /** See `leastRows`; by the adapter where unsaid. */
      readonly leastRows?: number
    }

/**
 * Rows that a pass of the language model has at least; those beyond its own are padding, and cost a little memory. For
 * fewer than four, ONNX Runtime's MatMulNBits takes another kernel, which is slow on adapters that compute in software
 * (probably its barriers): on a busy SwiftShader one row of a 151,936-row head took about five times as long as four.
 */
export function leastRows(runtime: Runtime): number {
  if (runtime.leastRows !== undefined) return runtime.leastRows
  return runtime.provider === 'webgpu' && isSoftware(runtime.device.adapterInfo) ? 4 : 1
}

/** A token of 126e6 parameters at 4 bits took half a second on one thread of a busy machine: slower is no use. */
const wasmParameters = 150e6
/** The heap ends at 4 GiB and holds weights twice while sessions are made, as files and as kernels want them. */
const wasmBytes = 512 * 2 ** 20

/** Whether a bundle is small enough to compute on the processor of a browser (see `wasmRuntime`). */
export function fitsWasm({ model, files }: Pick<Manifest, 'model' | 'files'>): boolean {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return model.parameters <= wasmParameters && bytes <= wasmBytes
}

/**
 * Creates the session of one of a bundle's graphs. Throws EngineError `session-failed`, `out-of-memory`; on the
 * processor its runs throw the latter, too.
 *
 * @param canCapture on WebGPU: runs can be recorded and played again
 */
export async function createSession(
  runtime: Runtime,
  files: BundleFiles,
  graph: ManifestGraph,
  canCapture = false,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = { logSeverityLevel: 3 }
  if (canCapture) allowCapture(options)
  if (runtime.provider === 'webgpu') {
    const provider: InferenceSession.WebGpuExecutionProviderOption & Record<string, unknown> = {
      name: 'webgpu',
      device: runtime.device,
      // float16 products are summed in float32: the sums of this network do not fit otherwise.
      enableMatmulFp32Accumulation: true,
    }
    options.executionProviders = [provider]
    if (runtime.forbidCpuFallback) options.extra = { session: { disable_cpu_ep_fallback: '1' } }
  } else {
    if (runtime.executionProvider) options.executionProviders = [runtime.executionProvider]
    // Threads that wait by turning in circles take time from what they wait for, most of all with small graphs.
    options.extra = { session: { intra_op: { allow_spinning: '0' } } }
  }
  try {
    const path = files.pathOf?.(graph.graph)
    // With a path, ONNX Runtime maps the data files by itself instead of holding copies.
    if (runtime.provider === 'cpu' && path) return await runtime.ort.InferenceSession.create(path, options)
    const [model, ...data] = await Promise.all([graph.graph, ...graph.data].map((each) => files.read(each)))
    options.externalData = graph.data.map((name, index) => ({ path: name, data: readable(data[index]) }))
    const session = await runtime.ort.InferenceSession.create(await bytesOf(model), options)
    runtime.ort.started?.()
    if (runtime.provider === 'cpu') minded(session, runtime, graph)
    return session
  } catch (cause) {
    if (isOutOfMemory(cause, runtime)) throw noRoomFor(graph, cause)
    throw new EngineError({
      code: 'session-failed',
      message: `${graph.graph} could not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      action: 'Free memory, or choose a smaller bundle; if it persists, build the bundle again.',
      subject: graph.graph,
      cause,
    })
  }
}

/**
 * Tells the provider, which asks first, that runs may be recorded, and not the binding around it, which asks later and
 * would refuse every input and output that is not on the device, prompts included.
 */
function allowCapture(options: InferenceSession.SessionOptions): void {
  let asked = 0
  Object.defineProperty(options, 'enableGraphCapture', { get: () => (asked++ === 0 ? true : undefined) })
}

/** Has the session's runs take turns with what else the thread has to do, and say where it is memory that they lack. */
function minded(session: InferenceSession, runtime: Extract<Runtime, { provider: 'cpu' }>, graph: ManifestGraph): void {
  const run: (...args: Parameters<InferenceSession['run']>) => ReturnType<InferenceSession['run']> =
    session.run.bind(session)
  Object.assign(session, {
    run: async (...args: Parameters<InferenceSession['run']>) => {
      await runtime.takeTurns?.()
      try {
        return await run(...args)
      } catch (cause) {
        throw isOutOfMemory(cause, runtime) ? noRoomFor(graph, cause) : cause
      }
    },
  })
}

/** As browsers, WebAssembly and ONNX Runtime say it, or as the runtime knows it. */
function isOutOfMemory(cause: unknown, runtime: Runtime): boolean {
  if (!(cause instanceof Error)) return false
  if (runtime.provider === 'cpu' && runtime.isShortOfMemory?.()) return true
  return (
    cause instanceof RangeError || /out of memory|bad_alloc|failed to allocate|could not allocate/i.test(cause.message)
  )
}

function noRoomFor({ graph }: ManifestGraph, cause: unknown): EngineError {
  return new EngineError({
    code: 'out-of-memory',
    message: `There is not enough memory for ${graph} and its weights: ${cause instanceof Error ? cause.message : String(cause)}`,
    action: 'Close other pages and try again, or load a smaller bundle.',
    subject: graph,
    recoverable: true,
    cause,
  })
}

function readable(data: Uint8Array | Blob): Uint8Array | Blob {
  return data instanceof Blob ? new PiecewiseBlob(data) : data
}

async function bytesOf(data: Uint8Array | Blob): Promise<Uint8Array> {
  return data instanceof Blob ? new Uint8Array(await data.arrayBuffer()) : data
}
