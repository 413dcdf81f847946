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

/** A worker, or what stands in for one in a test. */
export type EngineWorker = Endpoint & { terminate(): void }

/**
 * How long the worker may be silent in each phase, ms, before it is asked whether it still listens. The GPU may be busy
 * for minutes while kernels compile or a long prompt is prefilled on slow hardware: as long as the worker answers,
 * silence is borne until the phase's end.
 */
export interface Deadlines {
  readonly silenceMs: number
  /** For the answer to that question. */
  readonly pingMs: number
  /** For the whole phase without any sign of progress, or of work for the device. */
  /** For what needs no computing. */
  readonly briefMs: number
  readonly loadMs: number
  /** For making the sessions, which keeps the device at work from the first weight to the last. */
  readonly startMs: number
  readonly readMs: number
}

export const defaultDeadlines: Deadlines = {
  silenceMs: 20_000,
  pingMs: 20_000,
  briefMs: 60_000,
  loadMs: 10 * 60_000,
  startMs: 60_000,
  readMs: 10 * 60_000,
}

/** What a worker tells while it loads, as far as it changes how long it may be silent. */
interface HeardStep {
  readonly type: string
  /** Of `server-wait`: undefined when requests go on. */
  readonly wait?: unknown
}

/**
 * A reader in a worker as the page knows it. Every call is raced against the worker's death, its silence and its phase's
 * deadline. A worker that dies rejects every call in flight and all later ones.
 */
export abstract class ReaderClient<Request, Model extends ReaderModel, Step extends HeardStep>
  implements Reader<Request, Model, Step>
{
  private readonly died: Promise<never>
  private kill: (error: EngineError) => void = () => undefined
  private reading = 0
  /** A held reading says nothing, however long. */
  private isPaused = false
  /** The live source gives no picture: the reading waits for it. */
  private isBlind = false

  protected constructor(
    private readonly reader: Remote<ReadingApi>,
    private readonly worker: EngineWorker,
    private readonly deadlines: Deadlines,
  ) {
    this.died = new Promise((_, reject) => {
      this.kill = reject
      let hasSpoken = false
      worker.addEventListener('message', () => {
        hasSpoken = true
      })
      for (const type of ['error', 'messageerror']) {
        worker.addEventListener(type, (event) => reject(hasSpoken ? workerDied(event) : workerNotStarted(event)))
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
   * @param mayFetch asked when only the manifest is here; default: yes
   * Throws BundleError, ConfigError, CheckpointError, EngineError, or an AbortError after `cancelLoad` or a no.
   */
  async load(
    request: Request,
    onStep: (step: Step) => void,
    mayFetch: () => Promise<boolean> = async () => true,
  ): Promise<Model> {
    const heard = new Heard()
    let isOver = false
    const told = proxy((step: Step) => {
      // Progress comes through a port of its own, which may be emptied after the one that brings the load's end.
      if (isOver) return
      heard.now()
      heard.limitMs = step.type === 'starting' ? this.deadlines.startMs : undefined
      // A server may ask to be left alone for longer than a worker may be silent.
      if (step.type === 'server-wait') heard.hold(step.wait !== undefined)
      onStep(step)
    })
    const asked = proxy(async () => {
      // A person may think about it for as long as they like.
      heard.hold(true)
      try {
        return await mayFetch()
      } finally {
        heard.hold(false)
      }
    })
    try {
      return await this.call(this.startLoad(request, told, asked), 'loadMs', heard)
    } finally {
      isOver = true
    }
  }

  /** Ends a load; its call rejects. */
  async cancelLoad(): Promise<void> {
    await this.call(this.reader.cancelLoad(), 'briefMs')
  }

  /**
   * Reads a source. Breaking out of the loop, or starting another reading, ends it; nothing of it is reported after.
   *
   * @param transferred what of the request moves to the worker: a live source's stream or port
   * Throws CaptureError, EngineError.
   */
  async *read(request: ReadingRequest, transferred: Transferable[] = []): AsyncGenerator<ReadingProgress> {
    const started = ++this.reading
    this.isPaused = false
    this.isBlind = false
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
          if (event.type === 'picture') this.isBlind = event.picture !== 'there'
          yield event
        }
      }
    } finally {
      if (!isOver && started === this.reading) void this.stop().catch(() => undefined)
    }
  }

  /** Ends the reading within one token; what it has said so far is still reported. */
  async stop(): Promise<void> {
    await this.call(this.reader.stopReading(), 'briefMs')
  }

  async pause(isPaused: boolean): Promise<void> {
    this.isPaused = isPaused
    await this.call(this.reader.pauseReading(isPaused), 'briefMs')
  }

  abstract figures(): Promise<ReaderFigures | undefined>

  /** Ends the worker, if it has not ended; whoever waits for it is told, and whoever calls it later. */
  close(): void {
    this.worker.terminate()
    this.kill(workerDied(undefined))
  }

  protected async call<T>(
    pending: Promise<T>,
    phase: 'briefMs' | 'loadMs' | 'readMs',
    heard = new Heard(),
  ): Promise<T> {
    const watch = new AbortController()
    try {
      return await Promise.race([pending, this.died, this.watch(phase, heard, watch.signal)])
    } finally {
      watch.abort()
    }
  }

  /**
   * Rejects when the worker no longer listens, or the phase has lasted too long without a sign of progress. Silence is
   * counted in waits and not by a clock: a machine that slept, or a page that stood still, has waited no longer.
   */
  private async watch(phase: 'briefMs' | 'loadMs' | 'readMs', heard: Heard, signal: AbortSignal): Promise<never> {
    const { silenceMs, pingMs } = this.deadlines
    let silentMs = 0
    let work: number | undefined
    for (;;) {
      const limitMs = heard.limitMs ?? this.deadlines[phase]
      const waitMs = Math.min(silenceMs, limitMs)
      await pause(waitMs, signal)
      if (signal.aborted) return new Promise<never>(() => undefined)
      if (this.isPaused || this.isBlind) heard.now()
      silentMs = heard.take() ? 0 : silentMs + waitMs
      if (silentMs >= limitMs) throw tooLong(limitMs)
      const answer = await Promise.race([
        this.reader.ping().then((done) => ({ done })),
        patience(pingMs, signal).then(() => undefined),
      ])
      if (signal.aborted) return new Promise<never>(() => undefined)
      if (!answer) throw this.lose(workerHangs())
      if (answer.done !== work) heard.now()
      work = answer.done
    }
  }

  /** A worker that hangs is as good as dead. */
  private lose(error: EngineError): EngineError {
    this.worker.terminate()
    this.kill(error)
    return error
  }
}

/** The engine's worker as the page knows it. */
export class EngineClient extends ReaderClient<LoadRequest, LoadedBundle, LoadProgress> {
  private readonly remote: Remote<EngineApi>

  constructor(options: EngineOptions, worker: EngineWorker = startWorker(), deadlines: Deadlines = defaultDeadlines) {
    const remote = wrap<EngineApi>(worker)
    super(remote, worker, deadlines)
    this.remote = remote
    remote.open(options).catch(() => undefined)
  }

  /** What this browser's WebGPU can do. */
  deviceReport(): Promise<DeviceReport> {
    return this.call<DeviceReport>(this.remote.deviceReport(), 'briefMs')
  }

  /** Throws BundleError `store-…`. */
  storage(): Promise<StorageReport> {
    return this.call<StorageReport>(this.remote.storage(), 'briefMs')
  }

  /** Deletes a stored bundle. Throws BundleError `store-…`. */
  async removeBundle(key: string): Promise<void> {
    await this.call(this.remote.removeBundle(key), 'briefMs')
  }

  figures(): Promise<DeviceFigures | undefined> {
    return this.call(this.remote.deviceFigures(), 'briefMs')
  }

  framesOf(update: number): Promise<KeptFrame[]> {
    return this.call(this.remote.framesOf(update), 'briefMs')
  }

  async loseDevice(): Promise<void> {
    await this.call(this.remote.loseDevice(), 'briefMs')
  }

  protected startLoad(
    request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    mayFetch: () => Promise<boolean>,
  ): Promise<LoadedBundle> {
    return this.remote.loadBundle(request, onProgress, mayFetch) as Promise<LoadedBundle>
  }
}

/** Whether the worker was heard of since somebody last looked. */
class Heard {
  /** In place of the phase's. */
  limitMs: number | undefined
  private isNew = true
  private isHeld = false

  /** While held, nothing is waited for. */
  hold(isHeld: boolean): void {
    this.isHeld = isHeld
    this.now()
  }

  now(): void {
    this.isNew = true
  }

  take(): boolean {
    const { isNew, isHeld } = this
    this.isNew = false
    return isNew || isHeld
  }
}

/**
 * In four waits: after a page has stood still for longer than all of them only one is over, and what came in meanwhile
 * is heard before the others are.
 */
async function patience(ms: number, signal: AbortSignal): Promise<void> {
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

/** Codes of failures after which no session answers any more: the model has to be loaded again. */
export const fatalCodes: ReadonlySet<string> = new Set([
  'worker-died',
  'worker-not-started',
  'worker-hangs',
  'too-long',
  'device-lost',
  'out-of-memory',
])

/** Those of them that would only happen again: nothing is repeated by itself. */
export const lastingCodes: ReadonlySet<string> = new Set(['out-of-memory'])

/** What a worker's error event says, set off by a colon; of a script that cannot be fetched browsers say nothing. */
function wordsOf(event: unknown): string {
  const message = event instanceof Event && 'message' in event ? String(event.message ?? '') : ''
  return message === '' || message === 'undefined' ? '' : `: ${message}`
}

/** It failed before its first word: its script is not there, or the page's policy forbids it. */
function workerNotStarted(event: unknown): EngineError {
  return new EngineError({
    code: 'worker-not-started',
    message: `The part of the app that computes did not start${wordsOf(event)}.`,
    action:
      "Reload the page. On a page of your own: put all files of the app there, and let its content policy allow worker-src 'self'.",
    recoverable: true,
  })
}

function workerDied(event: unknown): EngineError {
  return new EngineError({
    code: 'worker-died',
    message: `The part of the app that computes has stopped${wordsOf(event)}.`,
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
