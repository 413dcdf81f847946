/** A wait that a server has asked for. */
export interface ServerWait {
  readonly ms: number
  /** Whether the server has said how long, so that this page could read it; else the length is this app's guess. */
  readonly isTold: boolean
}

/** Waits, or throws the reason of an abort. */
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

/** Longer than this, in a row without an answer, is not waited. */
const longestQuietMs = 3_600_000
/** Of a server that does not say, or show, how long; doubled each time. */
const firstGuessMs = 5000
const longestGuessMs = 60_000

/** What one request has waited because its server limits requests. */
export class LimitedWaits {
  #count = 0
  #totalMs = 0

  /** The next wait, given what the server asks for; undefined when it would be too long. */
  next(askedMs: number | undefined): ServerWait | undefined {
    const guessMs = Math.min(firstGuessMs * 2 ** this.#count, longestGuessMs)
    // Who says "at once" again and again is not asked without end.
    const ms = Math.max(askedMs ?? guessMs, this.#count > 0 ? 1000 : 0)
    this.#count++
    this.#totalMs += ms
    return this.#totalMs > longestQuietMs ? undefined : { ms, isTold: askedMs !== undefined }
  }
}

/**
 * Holds all requests to a server that has asked to be left alone: one request was refused, and the others would be, too.
 */
export class QuietTime {
  #held: { readonly untilMs: number } | undefined

  /**
   * @param sleep stands in for a timer
   * @param tell told of every wait as it begins, and with nothing when requests go on
   */
  readonly #sleep: Sleep
  readonly #tell: (wait: ServerWait | undefined) => void

  constructor(sleep: Sleep, tell: (wait: ServerWait | undefined) => void = () => undefined) {
    this.#sleep = sleep
    this.#tell = tell
  }

  /** Begins a wait, or lengthens the one that is on, and ends with it. Throws the reason of an abort. */
  async begin(wait: ServerWait, signal: AbortSignal): Promise<void> {
    const untilMs = performance.now() + wait.ms
    // Requests that were under way together are refused together: that is one wait.
    if (this.#held && untilMs < this.#held.untilMs + 500) return this.over(signal)
    const held = { untilMs }
    this.#held = held
    this.#tell(wait)
    await this.#waitFor(held, wait.ms, signal)
  }

  /** Ends when no wait is on. Throws the reason of an abort. */
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
