import type { InferenceSession, Tensor } from 'onnxruntime-web'
import { createSession, type Runtime } from './backends/runtime.ts'
import type { DecoderState } from './backends/webgpu/decoder-state.ts'
import type { KvCache } from './backends/webgpu/kv-cache.ts'
import type { Bundle } from './bundle.ts'

/** What a decoder writes to. */
export interface DecoderMemory {
  readonly cache: KvCache
  readonly state: DecoderState
  /** What its steps are recorded under, from the first on: a recorded step belongs to these very buffers. */
  graph?: number | undefined
}

type Feeds = Readonly<Record<string, Tensor>>
type Fetches = Readonly<Record<string, Tensor | null>>

/** A run option of ONNX Runtime: runs of one id are recorded once and played again; those of -1 never. */
const graphOption = (id: number) => ({ extra: { gpu_graph_id: String(id) } })

/** Recorded steps that one session may hold; each keeps its intermediate buffers until the session ends. */
const mostGraphs = 16

function disposeOf({ cache, state }: DecoderMemory): void {
  cache.dispose()
  state.dispose()
}

/**
 * The session of the language model, shared by decoders with caches of their own. On a runtime with `graphCapture` a
 * step of a decoder can be recorded: the runtime then sends the same commands over the same buffers, and nothing else
 * is uploaded, bound or encoded for it.
 */
export class DecoderSession {
  private users = 1
  private graphs = 0
  private isRefused = false
  private idle: { readonly key: string; readonly memory: DecoderMemory } | undefined

  private constructor(
    private readonly session: InferenceSession,
    /** Whether kernels take lengths from the device rather than from the host. */
    readonly readsLengths: boolean,
  ) {}

  static async create(runtime: Runtime, bundle: Bundle): Promise<DecoderSession> {
    const graph = bundle.manifest.graphs.decoder
    const readsLengths = runtime.provider === 'webgpu' && (runtime.graphCapture ?? false)
    return new DecoderSession(await createSession(runtime, bundle.files, graph, readsLengths), readsLengths)
  }

  share(): this {
    this.users++
    return this
  }

  /** The memory of a decoder that is gone, for another that is like it. */
  takeIdle(key: string): DecoderMemory | undefined {
    if (this.idle?.key !== key) return undefined
    const { memory } = this.idle
    this.idle = undefined
    return memory
  }

  /** Takes over a decoder's memory. What was recorded on it would be lost with it: the last such memory is kept. */
  leave(key: string, memory: DecoderMemory): void {
    if (memory.graph === undefined) {
      disposeOf(memory)
      return
    }
    if (this.idle) disposeOf(this.idle.memory)
    this.idle = { key, memory }
  }

  /** A number to record a step under; none where steps are not recorded. */
  claimGraph(): number | undefined {
    return this.readsLengths && this.graphs < mostGraphs ? this.graphs++ : undefined
  }

  /**
   * @param graph records the run, or plays what was recorded under this number: feeds and fetches must be the same
   * buffers each time, and what they hold on the host is taken from the first run. Where the runtime refuses, it is a
   * run like others, then and later.
   */
  async run(feeds: Feeds, fetches: Fetches, graph?: number): Promise<Readonly<Record<string, Tensor>>> {
    const run = (options: InferenceSession.RunOptions) => this.session.run(feeds, fetches, options)
    if (!this.readsLengths) return run({})
    if (graph !== undefined && !this.isRefused) {
      try {
        return await run(graphOption(graph))
      } catch {
        this.isRefused = true
      }
    }
    return run(graphOption(-1))
  }

  /** Ends the session with the last of its users. */
  async release(): Promise<void> {
    if (--this.users > 0) return
    if (this.idle) disposeOf(this.idle.memory)
    await this.session.release()
  }
}
