import { EngineError } from '../../base/errors.ts'
import type { DeviceReport } from '../../device/device.ts'
import type { LoadedBundle, LoadProgress, LoadRequest, StorageReport } from '../../readers/worker/protocol.ts'
import type { ReadingProgress } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import type { SessionClient } from '../session/current-client.ts'
import { graphicsCard } from './story-facts.ts'

/** A load that a test brings to its end. */
interface FakeLoad {
  readonly request: LoadRequest
  /** Reports progress, as the worker would. */
  readonly report: (progress: LoadProgress) => void
  /** Asks whether the files may be fetched. */
  readonly ask: () => Promise<boolean>
  readonly finish: (bundle: LoadedBundle) => void
  readonly fail: (error: unknown) => void
}

/** A reading whose events a test sends. */
interface FakeReading {
  readonly request: ReadingRequest
  readonly send: (...events: ReadingProgress[]) => void
  readonly fail: (error: unknown) => void
}

export function workerDied(): EngineError {
  return new EngineError({ code: 'worker-died', message: 'The worker died.', action: 'Load again.', recoverable: true })
}

/** A client without a worker: it notes what it is asked for, and a test decides what comes of it, and when. */
export class FakeClient implements SessionClient {
  readonly loads: FakeLoad[] = []
  readonly readings: FakeReading[] = []
  readonly pauses: boolean[] = []
  stops = 0
  cancels = 0
  isTerminated = false
  report: StorageReport = { bundles: [], usedBytes: 0 }
  private readonly died = new AbortController()

  get newestLoad(): FakeLoad {
    return last(this.loads)
  }

  get reading(): FakeReading {
    return last(this.readings)
  }

  inspectDevice(): Promise<DeviceReport> {
    return this.alive(graphicsCard)
  }

  /** As the worker does, another load ends the one before with an AbortError. */
  load(
    request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    mayFetch: () => Promise<boolean> = async () => true,
  ): Promise<LoadedBundle> {
    this.loads.at(-1)?.fail(new DOMException('Another bundle was chosen.', 'AbortError'))
    return new Promise((finish, fail) => {
      this.loads.push({ request, report: onProgress, ask: mayFetch, finish, fail })
      this.onDeath(fail)
    })
  }

  async cancelLoad(): Promise<void> {
    this.cancels++
    this.loads.at(-1)?.fail(new DOMException('The download was stopped.', 'AbortError'))
  }

  storage(): Promise<StorageReport> {
    return this.alive(this.report)
  }

  removeBundle(): Promise<void> {
    return this.alive(undefined)
  }

  /** As the real one, leaving the loop asks the worker to stop, and a later reading ends this one in silence. */
  async *read(request: ReadingRequest): AsyncGenerator<ReadingProgress> {
    const waiting: (() => void)[] = []
    const events: ReadingProgress[] = []
    let failure: { readonly error: unknown } | undefined
    const wake = () => {
      for (const go of waiting.splice(0)) go()
    }
    const reading: FakeReading = {
      request,
      send: (...more) => {
        events.push(...more)
        wake()
      },
      fail: (error) => {
        failure = { error }
        wake()
      },
    }
    this.readings.push(reading)
    this.onDeath(reading.fail)
    const isLatest = () => this.readings.at(-1) === reading
    let isOver = false
    try {
      while (!isOver) {
        const event = events.shift()
        if (!event && failure) {
          isOver = true
          throw failure.error
        }
        if (!isLatest()) return
        if (event) {
          isOver = event.type === 'over'
          yield event
        } else await new Promise<void>((go) => waiting.push(go))
      }
    } finally {
      if (!isOver && isLatest()) void this.stop()
    }
  }

  async stop(): Promise<void> {
    this.stops++
  }

  async pause(isPaused: boolean): Promise<void> {
    this.pauses.push(isPaused)
  }

  figures(): Promise<undefined> {
    return this.alive(undefined)
  }

  framesOf(): Promise<[]> {
    return Promise.resolve([])
  }

  loseDevice(): Promise<void> {
    return Promise.resolve()
  }

  close(): void {
    this.isTerminated = true
    this.died.abort()
  }

  private alive<T>(value: T): Promise<T> {
    return this.isTerminated ? Promise.reject(workerDied()) : Promise.resolve(value)
  }

  private onDeath(reject: (error: unknown) => void): void {
    const { signal } = this.died
    if (signal.aborted) reject(workerDied())
    else signal.addEventListener('abort', () => reject(workerDied()), { once: true })
  }
}

function last<T>(values: readonly T[]): T {
  const value = values.at(-1)
  if (value === undefined) throw new Error('nothing was asked for yet')
  return value
}
