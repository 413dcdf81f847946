import { type Endpoint, type Remote, transfer, wrap } from 'comlink'
import type { TrackId } from '../../affect/track.ts'
import { installErrorTransfer } from '../../base/error-transfer.ts'
import { FaceError, fromWire } from '../../base/errors.ts'
import type { LiveFrames } from '../../capture/live-frames.ts'
import type { FacesApi, FacesOptions, FacesSource, FollowingEvent, MeasureOptions } from './protocol.ts'

installErrorTransfer()

/** A worker, or a test's stand-in for one. */
export type FacesWorker = Endpoint & { terminate(): void }

/** What happens while faces are followed; a failure is thrown. */
export type FollowingProgress = Exclude<FollowingEvent, { readonly type: 'failed' }>

/** How long the worker may take to answer, ms, before it counts as lost; and how often it is asked. */
const pingMs = 20_000

/**
 * The page's side of the worker that follows faces. Every call rejects when the worker dies or no longer answers; after
 * that, all later calls reject, too.
 */
export class FacesClient {
  private readonly remote: Remote<FacesApi>
  private readonly lost: Promise<never>
  private lose: (error: FaceError) => void = () => undefined
  private following = 0

  constructor(options: FacesOptions, worker: FacesWorker = startWorker()) {
    this.remote = wrap<FacesApi>(worker)
    this.lost = new Promise((_, reject) => {
      this.lose = (error) => {
        worker.terminate()
        reject(error)
      }
      for (const type of ['error', 'messageerror']) {
        worker.addEventListener(type, (event) => this.lose(workerLost(event)))
      }
    })
    this.lost.catch(() => undefined)
    this.send(this.remote.open(options))
  }

  /** Loads the networks, once. Throws FaceError `faces-not-loaded`, `faces-lost`. */
  load(): Promise<void> {
    return this.call(this.remote.load())
  }

  /**
   * Follows the faces of a camera, a screen or the drawn face from now on, in place of those of the source before.
   *
   * @param transferred what of the frames moves to the worker
   * @throws FaceError, CaptureError
   */
  follow(frames: LiveFrames, transferred: Transferable[]): AsyncGenerator<FollowingProgress> {
    return this.run({ type: 'live', frames }, transferred)
  }

  /**
   * Measures the faces of a video or a picture from now on, in place of following those of the source before.
   *
   * @throws FaceError, CaptureError
   */
  measure(file: Blob, options: MeasureOptions = {}): AsyncGenerator<FollowingProgress> {
    return this.run({ type: 'file', file, ...options }, [])
  }

  /** Ends following and measuring. */
  stop(): void {
    this.following++
    this.send(this.remote.stop())
  }

  takeNeutral(track: TrackId): void {
    this.send(this.remote.takeNeutral(track))
  }

  choose(track: TrackId): void {
    this.send(this.remote.choose(track))
  }

  showMesh(isShown: boolean): void {
    this.send(this.remote.showMesh(isShown))
  }

  seekSmall(isOn: boolean): void {
    this.send(this.remote.seekSmall(isOn))
  }

  /**
   * Posts `FacesMessage`s of the source that was begun last to a port, whose other end is the `FacesRequest.feed` of a
   * reading of it.
   */
  openFeed(port: MessagePort): void {
    this.send(this.remote.openFeed(transfer(port, [port])))
  }

  /** Ends every feed that is open. */
  endFeeds(): void {
    this.send(this.remote.endFeeds())
  }

  /** Ends the worker; calls in flight and later calls reject with FaceError `faces-lost`. */
  close(): void {
    this.lose(workerLost(undefined))
  }

  /** Starts at once, whether or not anybody asks for the events. */
  private run(source: FacesSource, transferred: Transferable[]): AsyncGenerator<FollowingProgress> {
    const started = ++this.following
    const number = this.call(this.remote.start(transfer(source, transferred)))
    number.catch(() => undefined)
    return this.events(started, number)
  }

  private async *events(started: number, start: Promise<number>): AsyncGenerator<FollowingProgress> {
    let isOver = false
    try {
      const number = await start
      while (!isOver && started === this.following) {
        const events = await this.call(this.remote.nextEvents(number))
        if (events.length === 0) return
        for (const event of events) {
          isOver ||= event.type === 'over' || event.type === 'failed'
          if (started !== this.following) return
          if (event.type === 'failed') throw fromWire(event.error)
          yield event
        }
      }
    } finally {
      if (!isOver && started === this.following) this.stop()
    }
  }

  /** A call of which nobody waits for the end: what is lost with the worker is told by what is waited for. */
  private send(pending: Promise<unknown>): void {
    pending.catch(() => undefined)
  }

  private async call<T>(pending: Promise<T>): Promise<T> {
    const watch = new AbortController()
    try {
      return await Promise.race([pending, this.lost, this.watch(watch.signal)])
    } finally {
      watch.abort()
    }
  }

  /** Loses a worker that does not answer while something is waited for. Live, that may be for any time. */
  private async watch(signal: AbortSignal): Promise<never> {
    for (;;) {
      await pause(pingMs, signal)
      const hasAnswered = await Promise.race([
        this.remote.ping().then(() => true),
        // In parts: after a suspended page comes back, only one is over, and messages are handled before the others are.
        pauseInParts(pingMs, signal).then(() => false),
      ])
      if (signal.aborted) return new Promise<never>(() => undefined)
      if (!hasAnswered) this.lose(workerHangs())
    }
  }
}

async function pauseInParts(ms: number, signal: AbortSignal): Promise<void> {
  for (let part = 0; part < 4; part++) await pause(ms / 4, signal)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}

function startWorker(): FacesWorker {
  return new Worker(new URL('../../../workers/faces.worker.ts', import.meta.url), { type: 'module', name: 'faces' })
}

/** The worker's script is missing, the page's policy forbids it, or the browser has ended it. */
function workerLost(event: unknown): FaceError {
  const message = event instanceof Event && 'message' in event ? String(event.message ?? '') : ''
  return new FaceError({
    code: 'faces-lost',
    message: `The part of the app that follows faces has stopped${message === '' ? '' : `: ${message}`}.`,
    action: 'Open the source again to follow faces. The whole picture can be read without it.',
    recoverable: true,
  })
}

function workerHangs(): FaceError {
  return new FaceError({
    code: 'faces-lost',
    message: 'The part of the app that follows faces no longer answers.',
    action: 'Open the source again to follow faces. The whole picture can be read without it.',
    recoverable: true,
  })
}
