import type { InferenceSession, Tensor } from 'onnxruntime-web'
import type { ManifestGraph } from '../../../manifest/manifest.ts'
import type { Bundle, BundleFiles } from '../../bundle.ts'
import type { Backend, VisionBackend } from '../backend.ts'
import type { DecoderBackend } from '../decoder-backend.ts'
import type { CpuRuntime } from '../runtime.ts'
import { isOutOfMemory, loadSession, outOfMemory, sessionFailed } from '../session.ts'
import { HostTensors } from '../tensors.ts'
import { CpuDecoder } from './cpu-decoder.ts'

/** Both graphs on ONNX Runtime's CPU provider; all tensors are in host memory. */
export class CpuBackend implements Backend {
  readonly host: HostTensors

  constructor(private readonly runtime: CpuRuntime) {
    this.host = new HostTensors(runtime.ort)
  }

  async openDecoder(bundle: Bundle): Promise<DecoderBackend> {
    const session = await createCpuSession(this.runtime, bundle.files, bundle.manifest.graphs.decoder)
    return new CpuDecoder(this.runtime, bundle, session)
  }

  async openVision(bundle: Bundle): Promise<VisionBackend> {
    const session = await createCpuSession(this.runtime, bundle.files, bundle.manifest.graphs.vision)
    return {
      run: async (feeds) => (await session.run(feeds)).image_features,
      release: () => session.release(),
    }
  }

  concatRows(parts: readonly Tensor[]): Tensor {
    const [first] = parts
    if (parts.length === 1) return first
    const width = first.dims[1]
    const rows = parts.reduce((sum, { dims }) => sum + dims[0], 0)
    const values = new Float32Array(rows * width)
    let at = 0
    for (const part of parts) {
      values.set(part.data as Float32Array, at)
      at += part.size
    }
    return this.host.float32(values, [rows, width])
  }

  viewRows(tensor: Tensor, rows: number): Tensor {
    const width = tensor.dims[1]
    return this.host.float32((tensor.data as Float32Array).subarray(0, rows * width), [rows, width])
  }

  async computed(): Promise<void> {
    // A run resolves only when its outputs are there.
  }
}

/**
 * Creates the session of one of a bundle's graphs. Throws EngineError `session-failed`, `out-of-memory`; runs of the
 * session throw `out-of-memory`, too.
 */
export async function createCpuSession(
  runtime: CpuRuntime,
  files: BundleFiles,
  graph: ManifestGraph,
): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = {
    logSeverityLevel: 3,
    // Threads that wait in a busy loop take time from the threads they wait for, most of all with small graphs.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
    ...(runtime.executionProvider ? { executionProviders: [runtime.executionProvider] } : {}),
  }
  try {
    const path = files.pathOf?.(graph.graph)
    // Given a path, ONNX Runtime maps the data files into memory instead of copying them.
    if (path) return await runtime.ort.InferenceSession.create(path, options)
    const session = await loadSession(runtime.ort, files, graph, options)
    guardRuns(session, runtime, graph)
    return session
  } catch (cause) {
    throw hasRunOut(cause, runtime) ? outOfMemory(graph, cause) : sessionFailed(graph, cause)
  }
}

/** Lets other work of the thread run between the session's runs, and names a lack of memory as the reason of a failure. */
function guardRuns(session: InferenceSession, runtime: CpuRuntime, graph: ManifestGraph): void {
  const run: (...args: Parameters<InferenceSession['run']>) => ReturnType<InferenceSession['run']> =
    session.run.bind(session)
  Object.assign(session, {
    run: async (...args: Parameters<InferenceSession['run']>) => {
      await runtime.yieldBetweenRuns?.()
      try {
        return await run(...args)
      } catch (cause) {
        throw hasRunOut(cause, runtime) ? outOfMemory(graph, cause) : cause
      }
    },
  })
}

function hasRunOut(cause: unknown, runtime: CpuRuntime): boolean {
  return (cause instanceof Error && runtime.isShortOfMemory?.() === true) || isOutOfMemory(cause)
}
