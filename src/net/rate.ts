export interface Rate {
  /** Over the last few seconds; undefined until there is enough to tell. */
  readonly bytesPerS?: number
  /** Seconds to go at this rate. */
  readonly leftS?: number
}

/** What the rate is averaged over. */
const windowMs = 5000
/** A rate over less than this is noise. */
const leastMs = 500

/** How fast bytes come in, from how many there are now and then. `now` gives milliseconds. */
export class RateMeter {
  /** Oldest first; the first is the newest of those that are older than the window, so that slow steps count too. */
  #samples: { readonly ms: number; readonly doneBytes: number }[] = []

  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  measure(doneBytes: number, totalBytes: number): Rate {
    const ms = this.#now()
    const last = this.#samples.at(-1)
    // Bytes were lost and are fetched again: what was measured so far says nothing of what is left.
    if (last && doneBytes < last.doneBytes) this.#samples = []
    this.#samples.push({ ms, doneBytes })
    while (this.#samples.length > 1 && this.#samples[1].ms <= ms - windowMs) this.#samples.shift()
    const [first] = this.#samples
    if (ms - first.ms < leastMs) return {}
    const bytesPerS = ((doneBytes - first.doneBytes) / (ms - first.ms)) * 1000
    return bytesPerS > 0 ? { bytesPerS, leftS: (totalBytes - doneBytes) / bytesPerS } : { bytesPerS }
  }
}
