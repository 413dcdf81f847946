/** A clock and its timers; tests have their own. */
export interface Clock {
  /** Milliseconds from any fixed moment. */
  now(): number
  /** Calls back once; the returned function calls it off. */
  after(ms: number, callback: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (ms, callback) => {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}
