/** A pause of all requests that a server has asked for. */
export interface ServerWait {
  readonly ms: number
  /** Whether the server has told the length and this page may read it; otherwise it is this app's guess. */
  readonly isTold: boolean
}

/** Waits for `ms` milliseconds, or throws the reason of an abort. */
export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>

export const sleepMs: Sleep = (ms, signal) => {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const end = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', end)
      resolve()
    }, ms)
    signal.addEventListener('abort', end, { once: true })
  })
}

/** The longest time that one request waits in all, with no other answer than 429 in between. */
const longestQuietMs = 3_600_000
/** How long to wait for a server that does not tell, the first time; doubled each time after. */
const firstGuessMs = 5000
const longestGuessMs = 60_000

/** The waits of one request whose server limits requests (429). */
export class RateLimitWaits {
  #count = 0
  #totalMs = 0

  /**
   * The next wait; undefined when the request would then have waited for more than an hour.
   *
   * @param askedMs what the server asks for, in milliseconds; undefined where it does not tell
   */
  next(askedMs: number | undefined): ServerWait | undefined {
    const guessMs = Math.min(firstGuessMs * 2 ** this.#count, longestGuessMs)
    // A server that says "at once" again and again is asked once a second, so that the total grows.
    const ms = Math.max(askedMs ?? guessMs, this.#count > 0 ? 1000 : 0)
    this.#count++
    this.#totalMs += ms
    return this.#totalMs > longestQuietMs ? undefined : { ms, isTold: askedMs !== undefined }
  }
}

/**
 * Holds all requests to a server that has asked to be left alone: when it refuses one, it would refuse the others, too.
 */
export class QuietTime {
  #held: { readonly untilMs: number } | undefined

  /**
   * @param sleep stands in for a timer
   * @param tell called with every wait as it begins, and with nothing when requests go on
   */
  readonly #sleep: Sleep
  readonly #tell: (wait: ServerWait | undefined) => void

  constructor(sleep: Sleep, tell: (wait: ServerWait | undefined) => void = () => undefined) {
    this.#sleep = sleep
    this.#tell = tell
  }

  /** Begins a wait, or lengthens the current one, and resolves when it is over. Throws the reason of an abort. */
  async begin(wait: ServerWait, signal: AbortSignal): Promise<void> {
    const untilMs = performance.now() + wait.ms
    // Requests that were under way together are refused together, within half a second: that is one wait.
    if (this.#held && untilMs < this.#held.untilMs + 500) return this.over(signal)
    const held = { untilMs }
    this.#held = held
    this.#tell(wait)
    await this.#waitFor(held, wait.ms, signal)
  }

  /** Resolves when there is no wait. Throws the reason of an abort. */
  async over(signal: AbortSignal): Promise<void> {
    while (this.#held) {
      const held = this.#held
      await this.#waitFor(held, Math.max(0, held.untilMs - performance.now()), signal)
    }
  }

  async #waitFor(held: { readonly untilMs: number }, ms: number, signal: AbortSignal): Promise<void> {
    await this.#sleep(ms, signal)
    if (this.#held !== held) return
    this.#held = undefined
    this.#tell(undefined)
  }
}
