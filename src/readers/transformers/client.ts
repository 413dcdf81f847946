import { type Remote, wrap } from 'comlink'
import type { ReadingProgress } from '../../reading/events.ts'
import type { Reader } from '../../reading/reader.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { type Deadlines, defaultDeadlines, type EngineWorker, ReaderClient } from '../worker/client.ts'
import { noModel } from './errors.ts'
import type { TransformersApi, TransformersModel, TransformersRequest, TransformersStep } from './protocol.ts'

/** On a processor one pass over a long prompt takes minutes, in which the worker hears nothing. */
const deadlines: Deadlines = { ...defaultDeadlines, pingMs: 10 * 60_000, startMs: 10 * 60_000 }

/**
 * transformers.js in a worker, which is fetched with the first load. Each load has a worker of its own, for
 * transformers.js cannot load again after a failed load; the one before ends when the new model is there.
 */
export class TransformersClient implements Reader<TransformersRequest, TransformersModel, TransformersStep> {
  private current: WorkerClient | undefined
  private loading: WorkerClient | undefined

  /**
   * @param appUrl where the app's own files lie: its page's address
   * @param startWorker for tests, which have none
   */
  constructor(
    private readonly appUrl: string,
    private readonly startWorker: () => EngineWorker = startTransformersWorker,
  ) {}

  /**
   * @throws BundleError `bad-url`, `host-not-allowed`; what `TransformersReader.load` throws; EngineError `worker-…`,
   * `too-long`
   */
  async load(
    request: TransformersRequest,
    onStep: (step: TransformersStep) => void,
    mayFetch?: () => Promise<boolean>,
  ): Promise<TransformersModel> {
    void this.cancelLoad()
    const client = new WorkerClient(this.appUrl, this.startWorker())
    this.loading = client
    try {
      const model = await client.load(request, onStep, mayFetch)
      this.current?.close()
      this.current = client
      return model
    } catch (error) {
      client.close()
      throw error
    } finally {
      if (this.loading === client) this.loading = undefined
    }
  }

  /** Ends a load; its call rejects with an AbortError. */
  async cancelLoad(): Promise<void> {
    await this.loading?.cancelLoad().catch(() => undefined)
  }

  read(request: ReadingRequest, transferred?: Transferable[]): AsyncIterable<ReadingProgress> {
    if (!this.current) throw noModel()
    return this.current.read(request, transferred)
  }

  async stop(): Promise<void> {
    await this.current?.stop()
  }

  async pause(isPaused: boolean): Promise<void> {
    await this.current?.pause(isPaused)
  }

  /** transformers.js does not tell what it holds. */
  async figures(): Promise<undefined> {
    return undefined
  }

  close(): void {
    this.loading?.close()
    this.current?.close()
  }
}

class WorkerClient extends ReaderClient<TransformersRequest, TransformersModel, TransformersStep> {
  private readonly remote: Remote<TransformersApi>

  constructor(appUrl: string, worker: EngineWorker) {
    const remote = wrap<TransformersApi>(worker)
    super(remote, worker, deadlines)
    this.remote = remote
    remote.open(appUrl).catch(() => undefined)
  }

  async figures(): Promise<undefined> {
    return undefined
  }

  protected startLoad(
    request: TransformersRequest,
    onStep: (step: TransformersStep) => void,
    mayFetch: () => Promise<boolean>,
  ): Promise<TransformersModel> {
    return this.remote.load(request, onStep, mayFetch)
  }
}

function startTransformersWorker(): EngineWorker {
  return new Worker(new URL('../../../workers/transformers.worker.ts', import.meta.url), {
    type: 'module',
    name: 'transformers',
  })
}
