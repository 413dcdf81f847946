import { type Endpoint, proxy, type Remote, releaseProxy, wrap } from 'comlink'
import type { DeviceReport } from '../src/device/device.ts'
import { EngineError, fromWire } from '../src/errors.ts'
import type { EngineApi, KeptFrame, LoadedBundle, LoadProgress, ReadingEvent, ReadingRequest } from './engine-api.ts'
import { installErrorTransfer } from './wire.ts'

installErrorTransfer()

/** A worker, or what stands in for one in a test. */
export type EngineWorker = Endpoint & { terminate(): void }

/** Everything a reading reports except its failure, which is thrown. */
export type ReadingProgress = Exclude<ReadingEvent, { type: 'failed' }>

/** The engine's worker as the page knows it. A worker that dies rejects every call in flight and all later ones. */
export class EngineClient {
  private readonly remote: Remote<EngineApi>
  private readonly died: Promise<never>
  private reading = 0

  constructor(private readonly worker: EngineWorker = startWorker()) {
    this.remote = wrap<EngineApi>(worker)
    this.died = new Promise((_, reject) => {
      for (const type of ['error', 'messageerror']) {
        worker.addEventListener(type, (event) => reject(workerDied(event)))
      }
    })
    this.died.catch(() => undefined)
  }

  probe(): Promise<DeviceReport> {
    return this.call<DeviceReport>(this.remote.probe())
  }

  /** Throws BundleError, ConfigError, CheckpointError, EngineError. */
  loadBundle(address: string, onProgress: (progress: LoadProgress) => void): Promise<LoadedBundle> {
    return this.call(this.remote.loadBundle(address, proxy(onProgress)))
  }

  /** Ends a download; its call rejects. */
  async cancelLoad(): Promise<void> {
    await this.call(this.remote.cancelLoad())
  }

  /**
   * Reads a clip. Breaking out of the loop, or starting another reading, ends it; nothing of it is reported after.
   * Throws CaptureError, EngineError.
   */
  async *read(request: ReadingRequest): AsyncGenerator<ReadingProgress> {
    const started = ++this.reading
    const number = await this.call(this.remote.startReading(request))
    let isOver = false
    try {
      while (!isOver && started === this.reading) {
        const events = await this.call(this.remote.nextEvents(number))
        if (events.length === 0) return
        for (const event of events) {
          isOver ||= event.type === 'over' || event.type === 'failed'
          if (started !== this.reading) return
          if (event.type === 'failed') throw fromWire(event.error)
          yield event
        }
      }
    } finally {
      if (!isOver && started === this.reading) void this.stop().catch(() => undefined)
    }
  }

  /** Ends the reading within one token; what it has said so far is still reported. */
  async stop(): Promise<void> {
    await this.call(this.remote.stopReading())
  }

  lastFrames(): Promise<KeptFrame[]> {
    return this.call(this.remote.lastFrames())
  }

  terminate(): void {
    this.remote[releaseProxy]()
    this.worker.terminate()
  }

  private call<T>(pending: Promise<T>): Promise<T> {
    return Promise.race([pending, this.died])
  }
}

function startWorker(): EngineWorker {
  return new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' })
}

function workerDied(event: unknown): EngineError {
  const message = event instanceof Event && 'message' in event ? String(event.message) : ''
  return new EngineError({
    code: 'worker-died',
    message: `The part of the app that computes has stopped${message ? `: ${message}` : ''}.`,
    action: 'Load the model again; if it happens again, choose a smaller bundle or close other pages.',
    recoverable: true,
  })
}
