import type { InferenceSession } from 'onnxruntime-web'
import type { Bundle } from '../../bundle.ts'
import type { DecoderBackend, DecoderMemory, Feeds, Fetches, MemoryOptions, Outputs } from '../decoder-backend.ts'
import type { CpuRuntime } from '../runtime.ts'
import { HostTensors } from '../tensors.ts'
import { CpuDecoderState } from './decoder-state.ts'
import { CpuKvCache } from './kv-cache.ts'
import { CpuLogitScores } from './logit-scores.ts'

/** The language model on the processor. */
export class CpuDecoder implements DecoderBackend {
  readonly minRows: number
  readonly prefillChunk = Number.POSITIVE_INFINITY
  private readonly host: HostTensors

  constructor(
    runtime: CpuRuntime,
    private readonly bundle: Bundle,
    private readonly session: InferenceSession,
  ) {
    this.minRows = runtime.minRows ?? 1
    this.host = new HostTensors(runtime.ort)
  }

  takeMemory(options: MemoryOptions): DecoderMemory {
    const { text } = this.bundle.config
    const { compute } = this.bundle.manifest.graphs.decoder
    const state = new CpuDecoderState(this.host, text, compute, options)
    return { cache: new CpuKvCache(this.host, text, compute), state, scores: new CpuLogitScores(text.vocabSize) }
  }

  returnMemory({ cache, state, scores }: DecoderMemory): void {
    scores.dispose()
    cache.dispose()
    state.dispose()
  }

  run(_memory: DecoderMemory, feeds: Feeds, fetches: Fetches): Promise<Outputs> {
    return this.session.run(feeds, fetches)
  }

  release(): Promise<void> {
    return this.session.release()
  }
}
