import { isSoftware } from '../../../device/device.ts'
import type { Bundle } from '../../bundle.ts'
import type { DecoderBackend, DecoderMemory, Feeds, Fetches, MemoryOptions, Outputs } from '../decoder-backend.ts'
import type { GpuRuntime } from '../runtime.ts'
import { WebGpuDecoderState } from './decoder-state.ts'
import { WebGpuKvCache } from './kv-cache.ts'
import { WebGpuLogitScores } from './logit-scores.ts'
import type { RecordingSession } from './recording-session.ts'

/** Tokens per prefill pass: between two passes the GPU can draw the page. */
const prefillChunk = 256

/** The language model on a WebGPU device. */
export class WebGpuDecoder implements DecoderBackend {
  readonly minRows: number
  readonly prefillChunk = prefillChunk
  /** Ids that decode steps are recorded under; a recording belongs to the buffers of one memory. */
  private readonly recordings = new Map<DecoderMemory, number>()
  /** Memory that the last decoder gave back, by its options. */
  private idle: { readonly key: string; readonly memory: DecoderMemory } | undefined
  private readonly keys = new WeakMap<DecoderMemory, string>()

  constructor(
    private readonly runtime: GpuRuntime,
    private readonly bundle: Bundle,
    private readonly session: RecordingSession,
  ) {
    this.minRows = runtime.minRows ?? defaultMinRows(runtime.device)
  }

  takeMemory(options: MemoryOptions): DecoderMemory {
    const key = JSON.stringify(options)
    if (this.idle?.key === key) {
      const { memory } = this.idle
      this.idle = undefined
      return memory
    }
    const memory = this.createMemory(options)
    this.keys.set(memory, key)
    return memory
  }

  /** Frees the memory, unless steps were recorded on it: the last such memory is kept, since its recording is. */
  returnMemory(memory: DecoderMemory): void {
    memory.scores.dispose()
    const key = this.keys.get(memory)
    if (key === undefined || !this.recordings.has(memory)) {
      this.dispose(memory)
      return
    }
    if (this.idle) this.dispose(this.idle.memory)
    this.idle = { key, memory }
  }

  run(memory: DecoderMemory, feeds: Feeds, fetches: Fetches, isStep: boolean): Promise<Outputs> {
    return this.session.run(feeds, fetches, isStep ? this.recordingOf(memory) : undefined)
  }

  async release(): Promise<void> {
    if (this.idle) this.dispose(this.idle.memory)
    await this.session.release()
  }

  private createMemory(options: MemoryOptions): DecoderMemory {
    const { runtime, bundle, minRows } = this
    const { text } = bundle.config
    const { compute } = bundle.manifest.graphs.decoder
    const { canRecord } = this.session
    const state = new WebGpuDecoderState(runtime, text, compute, { ...options, minRows, canRecord })
    const cache = new WebGpuKvCache(runtime, text, compute, options.capacity)
    return { cache, state, scores: new WebGpuLogitScores(runtime, text.vocabSize) }
  }

  private recordingOf(memory: DecoderMemory): number | undefined {
    const known = this.recordings.get(memory)
    if (known !== undefined) return known
    const claimed = this.session.claimRecording()
    if (claimed !== undefined) this.recordings.set(memory, claimed)
    return claimed
  }

  private dispose(memory: DecoderMemory): void {
    this.recordings.delete(memory)
    memory.cache.dispose()
    memory.state.dispose()
  }
}

/**
 * For fewer than four rows, ONNX Runtime's MatMulNBits takes another kernel, which is slow on adapters that compute in
 * software (probably because of its barriers): on a busy SwiftShader, one row of a 151,936-row head took about five times
 * as long as four. Padding costs a little memory.
 */
function defaultMinRows(device: GPUDevice): number {
  return isSoftware(device.adapterInfo) ? 4 : 1
}
