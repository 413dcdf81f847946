export interface Rate {
  /** Bytes per second, over the last five seconds; undefined until half a second has been measured. */
  readonly bytesPerS?: number
  /** Seconds until the rest has come at this rate; undefined where nothing comes. */
  readonly leftS?: number
}

/** The rate is averaged over this time. */
const windowMs = 5000
/** A rate measured over less time than this is noise. */
const leastMs = 500

/** Measures how fast bytes come in. */
export class RateMeter {
  /** Oldest first. The first may be older than the window, so that a step longer than the window counts, too. */
  #samples: { readonly ms: number; readonly doneBytes: number }[] = []

  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  measure(doneBytes: number, totalBytes: number): Rate {
    const ms = this.#now()
    const last = this.#samples.at(-1)
    // Bytes were lost and are fetched again, so the samples so far no longer tell how fast the count grows.
    if (last && doneBytes < last.doneBytes) this.#samples = []
    this.#samples.push({ ms, doneBytes })
    while (this.#samples.length > 1 && this.#samples[1].ms <= ms - windowMs) this.#samples.shift()
    const [first] = this.#samples
    if (ms - first.ms < leastMs) return {}
    const bytesPerS = ((doneBytes - first.doneBytes) / (ms - first.ms)) * 1000
    return bytesPerS > 0 ? { bytesPerS, leftS: (totalBytes - doneBytes) / bytesPerS } : { bytesPerS }
  }
}
