import { type Endpoint, proxy, type Remote, transfer, wrap } from 'comlink'
import { installErrorTransfer } from '../../base/error-transfer.ts'
import { EngineError, fromWire } from '../../base/errors.ts'
import type { DeviceReport } from '../../device/device.ts'
import type { ReadingProgress } from '../../reading/events.ts'
import type { Reader, ReaderFigures, ReaderModel } from '../../reading/reader.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import type {
  DeviceFigures,
  EngineApi,
  EngineOptions,
  KeptFrame,
  LoadedBundle,
  LoadProgress,
  LoadRequest,
  ReadingApi,
  StorageReport,
} from './protocol.ts'

installErrorTransfer()

/** A worker, or a test's stand-in for one. */
export type EngineWorker = Endpoint & { terminate(): void }

/**
 * How long the client waits for the worker, ms. The GPU may be busy for minutes while kernels compile or a long prompt is
 * prefilled on slow hardware, so a silent worker is asked whether it still listens (`ping`), and as long as it answers,
 * only the limit of the phase ends the wait.
 */
export interface Deadlines {
  /** Silence after which the worker is asked. */
  readonly silenceMs: number
  /** How long it may take to answer that question. */
  readonly pingMs: number
  /** Longest time without progress and without work for the device, in a short call, a load and a reading. */
  readonly callMs: number
  readonly loadMs: number
  /** The same while sessions are created, which gives the device work from the first weight to the last. */
  readonly startMs: number
  readonly readMs: number
}

export const defaultDeadlines: Deadlines = {
  silenceMs: 20_000,
  pingMs: 20_000,
  callMs: 60_000,
  loadMs: 10 * 60_000,
  startMs: 60_000,
  readMs: 10 * 60_000,
}

/** What a worker tells while it loads, as far as it changes how long it may be silent. */
interface LoadStep {
  readonly type: string
  /** Of `server-wait`: undefined when requests go on. */
  readonly wait?: unknown
}

/**
 * The page's side of a reader in a worker. Every call rejects when the worker dies, stops answering or makes no progress
 * for too long; after a worker has died, all later calls reject, too.
 */
export abstract class ReaderClient<Request, Model extends ReaderModel, Step extends LoadStep>
  implements Reader<Request, Model, Step>
{
  private readonly died: Promise<never>
  private kill: (error: EngineError) => void = () => undefined
  private reading = 0
  /** A paused reading may be silent for any time. */
  private isPaused = false
  /** The live source gives no picture, and the reading waits for one. */
  private hasNoPicture = false

  protected constructor(
    private readonly reader: Remote<ReadingApi>,
    private readonly worker: EngineWorker,
    private readonly deadlines: Deadlines,
  ) {
    this.died = new Promise((_, reject) => {
      this.kill = reject
      let hasReplied = false
      worker.addEventListener('message', () => {
        hasReplied = true
      })
      for (const type of ['error', 'messageerror']) {
        worker.addEventListener(type, (event) => reject(hasReplied ? workerDied(event) : workerNotStarted(event)))
      }
    })
    this.died.catch(() => undefined)
  }

  /** Asks the worker to load; both functions are proxies already. */
  protected abstract startLoad(
    request: Request,
    onStep: (step: Step) => void,
    mayFetch: () => Promise<boolean>,
  ): Promise<Model>

  /**
   * Loads a bundle.
   *
   * @param mayFetch asked when only the manifest was fetched; false declines the download. Default: true
   * Throws BundleError, ConfigError, CheckpointError, EngineError, or an AbortError after `cancelLoad` or when `mayFetch`
   * declines.
   */
  async load(
    request: Request,
    onStep: (step: Step) => void,
    mayFetch: () => Promise<boolean> = async () => true,
  ): Promise<Model> {
    const activity = new Activity()
    let isOver = false
    const told = proxy((step: Step) => {
      // Progress comes through a port of its own, so a message may arrive after the result of the load.
      if (isOver) return
      activity.note()
      activity.limitMs = step.type === 'starting' ? this.deadlines.startMs : undefined
      // A server may ask for a pause that is longer than the worker may be silent.
      if (step.type === 'server-wait') activity.hold(step.wait !== undefined)
      onStep(step)
    })
    const mayFetchProxy = proxy(async () => {
      // The visitor may take any time to decide.
      activity.hold(true)
      try {
        return await mayFetch()
      } finally {
        activity.hold(false)
      }
    })
    try {
      return await this.call(this.startLoad(request, told, mayFetchProxy), 'loadMs', activity)
    } finally {
      isOver = true
    }
  }

  /** Ends the load in progress; `load` rejects with an AbortError. */
  async cancelLoad(): Promise<void> {
    await this.call(this.reader.cancelLoad(), 'callMs')
  }

  /**
   * Reads a source. Breaking out of the loop or starting another reading ends it, and no more of its events are yielded.
   *
   * @param transferred objects in the request that move to the worker: a live source's stream or port
   * Throws CaptureError, EngineError.
   */
  async *read(request: ReadingRequest, transferred: Transferable[] = []): AsyncGenerator<ReadingProgress> {
    const started = ++this.reading
    this.isPaused = false
    this.hasNoPicture = false
    const number = await this.call(this.reader.startReading(transfer(request, transferred)), 'readMs')
    let isOver = false
    try {
      while (!isOver && started === this.reading) {
        const events = await this.call(this.reader.nextEvents(number), 'readMs')
        if (events.length === 0) return
        for (const event of events) {
          isOver ||= event.type === 'over' || event.type === 'failed'
          if (started !== this.reading) return
          if (event.type === 'failed') throw fromWire(event.error)
          if (event.type === 'picture') this.hasNoPicture = event.picture !== 'there'
          yield event
        }
      }
    } finally {
      if (!isOver && started === this.reading) void this.stop().catch(() => undefined)
    }
  }

  /** Ends the reading within one token; the answer so far is still reported. */
  async stop(): Promise<void> {
    await this.call(this.reader.stopReading(), 'callMs')
  }

  async pause(isPaused: boolean): Promise<void> {
    this.isPaused = isPaused
    await this.call(this.reader.pauseReading(isPaused), 'callMs')
  }

  abstract figures(): Promise<ReaderFigures | undefined>

  /** Ends the worker; calls in flight and later calls reject with EngineError `worker-died`. */
  close(): void {
    this.worker.terminate()
    this.kill(workerDied(undefined))
  }

  protected async call<T>(
    pending: Promise<T>,
    phase: 'callMs' | 'loadMs' | 'readMs',
    activity = new Activity(),
  ): Promise<T> {
    const watch = new AbortController()
    try {
      return await Promise.race([pending, this.died, this.watch(phase, activity, watch.signal)])
    } finally {
      watch.abort()
    }
  }

  /**
   * Rejects when the worker does not answer a ping, or makes no progress for longer than the phase's limit. Silence is
   * counted in completed waits and not by the clock, so that a machine that slept or a page that was suspended is not
   * mistaken for a silent worker.
   */
  private async watch(phase: 'callMs' | 'loadMs' | 'readMs', activity: Activity, signal: AbortSignal): Promise<never> {
    const { silenceMs, pingMs } = this.deadlines
    let silentMs = 0
    let work: number | undefined
    for (;;) {
      const limitMs = activity.limitMs ?? this.deadlines[phase]
      const waitMs = Math.min(silenceMs, limitMs)
      await pause(waitMs, signal)
      if (signal.aborted) return new Promise<never>(() => undefined)
      if (this.isPaused || this.hasNoPicture) activity.note()
      silentMs = activity.take() ? 0 : silentMs + waitMs
      if (silentMs >= limitMs) throw tooLong(limitMs)
      const answer = await Promise.race([
        this.reader.ping().then((done) => ({ done })),
        pauseInParts(pingMs, signal).then(() => undefined),
      ])
      if (signal.aborted) return new Promise<never>(() => undefined)
      if (!answer) throw this.lose(workerHangs())
      if (answer.done !== work) activity.note()
      work = answer.done
    }
  }

  /** Ends a worker that does not answer. */
  private lose(error: EngineError): EngineError {
    this.worker.terminate()
    this.kill(error)
    return error
  }
}

/** The page's side of the engine's worker. */
export class EngineClient extends ReaderClient<LoadRequest, LoadedBundle, LoadProgress> {
  private readonly remote: Remote<EngineApi>

  constructor(options: EngineOptions, worker: EngineWorker = startWorker(), deadlines: Deadlines = defaultDeadlines) {
    const remote = wrap<EngineApi>(worker)
    super(remote, worker, deadlines)
    this.remote = remote
    remote.open(options).catch(() => undefined)
  }

  /** What this browser's WebGPU can do. */
  inspectDevice(): Promise<DeviceReport> {
    return this.call<DeviceReport>(this.remote.inspectDevice(), 'callMs')
  }

  /** Throws BundleError `store-…`. */
  storage(): Promise<StorageReport> {
    return this.call<StorageReport>(this.remote.storage(), 'callMs')
  }

  /** Deletes a stored bundle. Throws BundleError `store-…`. */
  async removeBundle(key: string): Promise<void> {
    await this.call(this.remote.removeBundle(key), 'callMs')
  }

  figures(): Promise<DeviceFigures | undefined> {
    return this.call(this.remote.deviceFigures(), 'callMs')
  }

  framesOf(update: number): Promise<KeptFrame[]> {
    return this.call(this.remote.framesOf(update), 'callMs')
  }

  async loseDevice(): Promise<void> {
    await this.call(this.remote.loseDevice(), 'callMs')
  }

  protected startLoad(
    request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    mayFetch: () => Promise<boolean>,
  ): Promise<LoadedBundle> {
    return this.remote.loadBundle(request, onProgress, mayFetch) as Promise<LoadedBundle>
  }
}

/** Whether there was a sign of progress since the last look. */
class Activity {
  /** Replaces the limit of the phase. */
  limitMs: number | undefined
  private isNew = true
  private isHeld = false

  /** While held, silence does not count. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld
    this.note()
  }

  note(): void {
    this.isNew = true
  }

  take(): boolean {
    const { isNew, isHeld } = this
    this.isNew = false
    return isNew || isHeld
  }
}

/**
 * Waits in four parts: when a page was suspended for longer than all of them, only one is over on its return, and messages
 * that arrived meanwhile are handled before the others are.
 */
async function pauseInParts(ms: number, signal: AbortSignal): Promise<void> {
  for (let part = 0; part < 4; part++) await pause(ms / 4, signal)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

function startWorker(): EngineWorker {
  return new Worker(new URL('../../../workers/engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' })
}

/** Codes of errors after which no session can be used: the model has to be loaded again. */
export const fatalCodes: ReadonlySet<string> = new Set([
  'worker-died',
  'worker-not-started',
  'worker-hangs',
  'too-long',
  'device-lost',
  'out-of-memory',
])

/** Those of them that would happen again: the model is not reloaded automatically. */
export const lastingCodes: ReadonlySet<string> = new Set(['out-of-memory'])

/** The message of a worker's error event behind a colon; empty for a script that cannot be fetched. */
function detailOf(event: unknown): string {
  const message = event instanceof Event && 'message' in event ? String(event.message ?? '') : ''
  return message === '' || message === 'undefined' ? '' : `: ${message}`
}

/** The worker failed before its first message: its script is missing, or the page's policy forbids it. */
function workerNotStarted(event: unknown): EngineError {
  return new EngineError({
    code: 'worker-not-started',
    message: `The part of the app that computes did not start${detailOf(event)}.`,
    action:
      "Reload the page. On a page of your own: put all files of the app there, and let its content policy allow worker-src 'self'.",
    recoverable: true,
  })
}

function workerDied(event: unknown): EngineError {
  return new EngineError({
    code: 'worker-died',
    message: `The part of the app that computes has stopped${detailOf(event)}.`,
    action: 'Load the model again; if it happens again, choose a smaller bundle or close other pages.',
    recoverable: true,
  })
}

function workerHangs(): EngineError {
  return new EngineError({
    code: 'worker-hangs',
    message: 'The part of the app that computes no longer answers.',
    action: 'Load the model again; if it happens again, choose a smaller bundle or close other pages.',
    recoverable: true,
  })
}

function tooLong(limitMs: number): EngineError {
  return new EngineError({
    code: 'too-long',
    message: `Nothing has come back for ${Math.round(limitMs / 1000)} seconds.`,
    action: 'Load the model again; if it happens again, choose a smaller bundle or another device.',
    recoverable: true,
  })
}
