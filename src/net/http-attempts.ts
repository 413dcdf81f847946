import { CheckpointError } from '../base/errors.ts'
import { accessLapsed, networkError, refused, tooManyRequests } from './http-errors.ts'
import { LimitedWaits, type QuietTime, type Sleep } from './quiet-time.ts'
import { askedWaitMs, refusalOf } from './server-answer.ts'

const backoffMs = 500
const longestWaitMs = 60_000
/** Of a refusal of a file that was never given, by a server that has given others: some answer so where there is none. */
const refusedTries = 2
/** More than of other failures: a cache before the server may go on handing out a signature that is over. */
const lateTries = 1

/** What all files of a checkpoint share. */
export interface Connection {
  readonly fetch: typeof fetch
  readonly retries: number
  readonly stallMs: number
  readonly sleep: Sleep
  readonly signals: readonly AbortSignal[]
  readonly quiet: QuietTime
  /** Hosts that have given something. */
  readonly givers: Set<string>
  requests: number
}

export interface RemoteFile {
  readonly name: string
  readonly url: string
  /** Without its query, which may hold a key. */
  readonly shownUrl: string
  readonly connection: Connection
  /** Whether some of it has come. */
  isGiven: boolean
}

interface RetryOptions {
  /** As the server asks. */
  readonly afterMs?: number | undefined
  /** What it is when it does not pass; else a `network` error. */
  readonly error?: CheckpointError
  /** How often at most it is tried. */
  readonly tries?: number
}

/** Says that an attempt failed in a way that the next may not. */
export class Retry extends Error {
  constructor(
    message: string,
    readonly options: RetryOptions = {},
  ) {
    super(message)
  }
}

/** The server limits requests. */
class TooManyRequests extends Error {
  constructor(readonly askedMs: number | undefined) {
    super('the server limits requests (429)')
  }
}

/** One attempt's view of the network. */
export interface Exchange {
  /** The response to a GET; throws for every status but 200, 206, 404, 410 and 416. */
  request(headers: Record<string, string>): Promise<Response>
  /** The body as it arrives. */
  chunks(response: Response): AsyncGenerator<Uint8Array>
}

/**
 * Calls `work` until it succeeds, throws anything but a passing failure, or has failed once more than the retries
 * allow. An attempt that stalls counts as failed; one that a limit of requests has refused does not, and is made again
 * when the server allows it. An abort ends everything at once.
 */
export async function attempt<T>(
  file: RemoteFile,
  signal: AbortSignal | undefined,
  work: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const { retries, sleep, signals, stallMs, quiet } = file.connection
  const stop = AbortSignal.any(signal === undefined ? [...signals] : [...signals, signal])
  const limited = new LimitedWaits()
  for (let failures = 0; ; ) {
    stop.throwIfAborted()
    await quiet.over(stop)
    const watch = new StallWatch(stallMs)
    let failure: unknown
    try {
      return await work(exchangeOf(file, watch, AbortSignal.any([stop, watch.signal])))
    } catch (error) {
      stop.throwIfAborted()
      if (error instanceof CheckpointError) throw error
      failure = error
    } finally {
      // Lets go of a body that was not read to its end, too.
      watch.end()
    }
    if (failure instanceof TooManyRequests) {
      const wait = limited.next(failure.askedMs)
      if (!wait) throw tooManyRequests(file, failure.askedMs)
      await quiet.begin(wait, stop)
      continue
    }
    failures++
    const { afterMs, error, tries = retries + 1 } = failure instanceof Retry ? failure.options : {}
    if (failures >= tries) throw error ?? givenUp(file, failures, failure)
    if (afterMs === undefined) await sleep(Math.min(backoffMs * 2 ** (failures - 1), longestWaitMs), stop)
    else await quiet.begin({ ms: Math.min(afterMs, longestWaitMs), isTold: true }, stop)
  }
}

function givenUp(file: RemoteFile, attempts: number, cause: unknown): CheckpointError {
  const isUnanswered = !(cause instanceof Retry)
  const hasGiven = file.connection.givers.has(new URL(file.url).host)
  return networkError(file, { attempts, cause, isUnanswered, hasGiven })
}

/** Aborts its signal when nothing has happened for a while. */
class StallWatch {
  readonly #controller = new AbortController()
  readonly #stallMs: number
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(stallMs: number) {
    this.#stallMs = stallMs
    this.progress()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  progress(): void {
    clearTimeout(this.#timer)
    const stalled = new Error(`nothing arrived for ${this.#stallMs} ms`)
    this.#timer = setTimeout(() => this.#controller.abort(stalled), this.#stallMs)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#controller.abort()
  }
}

function exchangeOf(file: RemoteFile, watch: StallWatch, signal: AbortSignal): Exchange {
  const { connection } = file
  return {
    async request(headers) {
      connection.requests++
      const response = await connection.fetch(file.url, {
        headers,
        signal,
        // Gigabytes that pass through once would only push other pages' files out of the browser's cache. And a stored
        // redirect would lead to an address whose signature has run out: each request has a fresh one made.
        cache: 'no-store',
        // The host need not know which page asks.
        referrerPolicy: 'no-referrer',
      })
      watch.progress()
      return checkStatus(file, response)
    },
    async *chunks(response) {
      if (response.body === null) return
      const reader = response.body.getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        watch.progress()
        yield next.value
      }
    },
  }
}

function checkStatus(file: RemoteFile, response: Response): Response {
  const { status } = response
  const { givers, retries } = file.connection
  const host = new URL(response.url || file.url).host
  const refusal = refusalOf(response)
  switch (refusal) {
    case undefined:
      if (![200, 206, 416].includes(status)) throw refused(file, 'other', response)
      for (const giver of [host, new URL(file.url).host]) givers.add(giver)
      return response
    case 'no-such-file':
      return response
    case 'too-many-requests':
      throw new TooManyRequests(askedWaitMs(response))
    case 'busy':
      throw new Retry(`the server answered ${status}`, { afterMs: askedWaitMs(response) })
    case 'other':
      throw refused(file, refusal, response)
  }
  const what = `the server answered ${status}`
  // A signature has run out, or a machine has not heard of it yet: the next request is given another one.
  if (file.isGiven) throw new Retry(what, { error: accessLapsed(file, status), tries: retries + lateTries + 1 })
  const error = refused(file, refusal, response)
  if (refusal !== 'not-allowed') throw error
  if (response.redirected) throw new Retry(what, { error })
  if (givers.has(host)) throw new Retry(what, { error, tries: refusedTries })
  throw error
}
