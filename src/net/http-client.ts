import type { ByteRange } from './byte-range.ts'
import { type HttpErrors, type RemoteFile, type RequestFailure, RetryableError } from './http-failures.ts'
import { QuietTime, RateLimitWaits, type ServerWait, type Sleep, sleepMs } from './quiet-time.ts'
import { askedWaitMs, refusalOf } from './server-answer.ts'

/** How long a client waits for a server, and how often it tries again. */
export interface RetryPolicy {
  /** A request that brings no byte for this long has failed, in milliseconds. */
  readonly stallMs: number
  /** The pause before the second attempt, in milliseconds; doubled before each further one. */
  readonly firstWaitMs: number
  /** The longest pause before an attempt, in milliseconds. */
  readonly longestWaitMs: number
  /** Attempts in a row that make no progress, after which a failure is final. */
  readonly tries: number
  /**
   * What happens when a busy server asks for a longer pause than `longestWaitMs`. True: the next attempt is made after
   * `longestWaitMs` all the same. False (the default): the failure is final.
   */
  readonly cutsAskedWaits?: boolean
}

/** What stands in for the global `fetch`. */
export type Fetch = typeof fetch

export interface HttpClientOptions {
  readonly retryPolicy: RetryPolicy
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined
  /** Stops everything that the client does. */
  readonly signal?: AbortSignal | undefined
  /** Waits between attempts; default: a timer. */
  readonly sleep?: Sleep | undefined
  /** Called when the server asks to be left alone for a while, and with nothing when requests go on. */
  readonly onServerWait?: ((wait: ServerWait | undefined) => void) | undefined
  /** Hosts that are known to answer with content, which this page may then read. */
  readonly readableHosts?: readonly string[]
}

export interface GetOptions {
  /** Default: the whole file. */
  readonly range?: ByteRange
  /**
   * Default: `no-store`. Gigabytes that are read once would only push other pages' files out of the browser's cache, a
   * stored redirect would lead to an address whose signature has run out, and bytes that were wrong would come again.
   */
  readonly cache?: RequestCache
  readonly signal?: AbortSignal | undefined
}

/** A response that is no refusal, and its body, which is read once or canceled. */
export interface HttpAnswer {
  readonly response: Response
  /** Throws RetryableError when the connection breaks or stalls, or the reason of an abort. */
  body(): AsyncGenerator<Uint8Array<ArrayBuffer>>
  /** Ends the transfer, if it has not ended. */
  cancel(): void
}

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined
  /** Whether the attempt that has just failed made progress: attempts are then counted anew. Default: never. */
  readonly hasProgressed?: () => boolean
  /** Asked when the server limits requests: whether to wait, as is the default, or to fail at once. */
  readonly mayWait?: () => Promise<boolean>
}

/**
 * Some servers answer 403 to a request for a file that they do not have. From a server that has given other files it is
 * believed at the second time.
 */
const refusedTries = 2
/** A cache in front of the server may go on for a while to hand out a signature that has run out. */
const lapsedExtraTries = 1

/**
 * Makes the requests to the server of one bundle or one checkpoint. All of its files share what is known of the server:
 * how long it asks to be left alone (429, or 503 with Retry-After), and which hosts answer with content.
 */
export class HttpClient {
  readonly #errors: HttpErrors
  readonly #options: HttpClientOptions
  readonly #sleep: Sleep
  readonly #quiet: QuietTime
  readonly #readableHosts: Set<string>
  #requests = 0

  constructor(errors: HttpErrors, options: HttpClientOptions) {
    this.#errors = errors
    this.#options = options
    this.#sleep = options.sleep ?? sleepMs
    this.#quiet = new QuietTime(this.#sleep, options.onServerWait)
    this.#readableHosts = new Set(options.readableHosts)
  }

  /** How many requests were made so far, those of failed attempts among them. */
  get requests(): number {
    return this.#requests
  }

  /**
   * Makes attempts, with growing pauses between them, until one succeeds. Throws the error of the last RetryableError
   * when no attempt is left, whatever else an attempt throws, or the reason of an abort.
   */
  async withRetries<T>(attempt: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
    const { hasProgressed, mayWait } = options
    const { tries: mostTries, firstWaitMs, longestWaitMs, cutsAskedWaits = false } = this.#options.retryPolicy
    const signal = this.#signalWith(options.signal)
    const limited = new RateLimitWaits()
    for (let failures = 0; ; ) {
      signal.throwIfAborted()
      await this.#quiet.over(signal)
      let failed: RetryableError
      try {
        return await attempt()
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof RetryableError)) throw error
        failed = error
      }
      const { askedMs, tries = mostTries, isLimit = false } = failed.limits
      if (isLimit) {
        const wait = ((await mayWait?.()) ?? true) ? limited.next(askedMs) : undefined
        if (!wait) throw failed.toError(failures + 1)
        await this.#quiet.begin(wait, signal)
        continue
      }
      failures = hasProgressed?.() ? 1 : failures + 1
      const isTooLong = !cutsAskedWaits && askedMs !== undefined && askedMs > longestWaitMs
      if (failures >= tries || isTooLong) throw failed.toError(failures)
      if (askedMs === undefined) await this.#sleep(Math.min(firstWaitMs * 2 ** (failures - 1), longestWaitMs), signal)
      else await this.#quiet.begin({ ms: Math.min(askedMs, longestWaitMs), isTold: true }, signal)
    }
  }

  /**
   * Asks for a file once. The answer has a status of success, or 416 where a range was asked for, or one that says that
   * there is no such file (`isAbsent`). No header but Range is sent, so that no browser asks the server for leave first
   * (a CORS preflight), and no host is told which page asks.
   *
   * @throws RetryableError where the next attempt may succeed, the error of a lasting refusal, or the reason of an abort
   */
  async get(file: RemoteFile, { range, cache = 'no-store', signal }: GetOptions = {}): Promise<HttpAnswer> {
    const { fetch: ownFetch, retryPolicy } = this.#options
    const { stallMs } = retryPolicy
    const stop = this.#signalWith(signal)
    const own = new AbortController()
    const stalled = new Error(`nothing arrived for ${stallMs} ms`)
    /** Only the time spent waiting for the network counts as a stall, not the time that the consumer takes. */
    const watched = async <T>(work: Promise<T>, kind: 'unreachable' | 'broken'): Promise<T> => {
      const timer = setTimeout(() => own.abort(stalled), stallMs)
      try {
        return await work
      } catch (cause) {
        stop.throwIfAborted()
        const isStalled = own.signal.reason === stalled
        throw this.#retryable(file, isStalled ? { kind: 'stalled', stallMs, cause: stalled } : { kind, cause })
      } finally {
        clearTimeout(timer)
      }
    }
    stop.throwIfAborted()
    this.#requests++
    const init: RequestInit = {
      referrerPolicy: 'no-referrer',
      cache,
      signal: AbortSignal.any([stop, own.signal]),
      ...(range ? { headers: { range: `bytes=${range.from}-${range.to}` } } : {}),
    }
    const response = await watched((ownFetch ?? fetch)(file.url, init), 'unreachable')
    try {
      this.#checkStatus(file, response, range !== undefined)
    } catch (error) {
      own.abort()
      throw error
    }
    return {
      response,
      cancel: () => own.abort(),
      body: async function* () {
        const reader = response.body?.getReader()
        if (!reader) return
        try {
          while (true) {
            const { done, value } = await watched(reader.read(), 'broken')
            if (done) return
            stop.throwIfAborted()
            file.isPartlyRead ||= value.length > 0
            yield value
          }
        } finally {
          // Ends the transfer when the consumer leaves early; a body read to its end, or broken, has nothing to cancel.
          await reader.cancel().catch(() => undefined)
        }
      },
    }
  }

  #checkStatus(file: RemoteFile, response: Response, isRange: boolean): void {
    const { status, redirected } = response
    const host = hostOf(response.url || file.url)
    const refusal = refusalOf(response)
    switch (refusal) {
      case undefined:
        if (status === 416 && !isRange) throw this.#errors.refused(file, 'other', response)
        this.#readableHosts.add(host).add(hostOf(file.url))
        return
      case 'no-such-file':
        return
      case 'too-many-requests': {
        const askedMs = askedWaitMs(response)
        throw new RetryableError(() => this.#errors.tooManyRequests(file, askedMs), { askedMs, isLimit: true })
      }
      case 'busy':
        throw this.#retryable(file, { kind: 'busy', status, askedMs: askedWaitMs(response) })
      case 'other':
        throw this.#errors.refused(file, refusal, response)
    }
    if (file.isPartlyRead) {
      // A signature has run out, or a machine has not heard of a new one yet. The next request goes to the file's own
      // address again, where a redirect may give another signature.
      const tries = this.#options.retryPolicy.tries + lapsedExtraTries
      throw new RetryableError(() => this.#errors.accessLapsed(file, status), { tries })
    }
    const error = this.#errors.refused(file, refusal, response)
    if (refusal !== 'not-allowed') throw error
    if (redirected) throw new RetryableError(() => error)
    if (this.#readableHosts.has(host)) throw new RetryableError(() => error, { tries: refusedTries })
    throw error
  }

  #retryable(file: RemoteFile, failure: RequestFailure): RetryableError {
    const toError = (attempts: number) => {
      return this.#errors.failed(file, failure, attempts, this.#readableHosts.has(hostOf(file.url)))
    }
    return new RetryableError(toError, failure.kind === 'busy' ? { askedMs: failure.askedMs } : {})
  }

  #signalWith(signal: AbortSignal | undefined): AbortSignal {
    const signals = [this.#options.signal, signal].filter((each) => each !== undefined)
    return signals.length === 1 ? signals[0] : AbortSignal.any(signals)
  }
}

function hostOf(url: string): string {
  return new URL(url).host
}
