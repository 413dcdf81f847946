import { RateMeter } from '../net/rate.ts'

/** How far a download, a hashing or an export has come. */
export interface TransferProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  /** Bytes per second; undefined until enough was measured. */
  readonly bytesPerS?: number
  /** Estimated seconds until the end; undefined where nothing comes. */
  readonly leftS?: number
}

/** Chunks may come thousands of times a second, which nobody could see; progress is reported this often. */
const everyMs = 100

/** Sums up the bytes of several files and reports them ten times a second, the first and the last ones at once. */
export class ProgressCounter {
  #doneBytes = 0
  #toldMs = Number.NEGATIVE_INFINITY
  readonly #rate: RateMeter
  readonly #totalBytes: number
  readonly #tell: (progress: TransferProgress) => void
  readonly #now: () => number

  constructor(
    totalBytes: number,
    tell: (progress: TransferProgress) => void = () => undefined,
    now: () => number = () => performance.now(),
  ) {
    this.#totalBytes = totalBytes
    this.#tell = tell
    this.#now = now
    this.#rate = new RateMeter(now)
  }

  add(bytes: number): void {
    this.#doneBytes += bytes
    const ms = this.#now()
    if (ms - this.#toldMs < everyMs && this.#doneBytes < this.#totalBytes) return
    this.#toldMs = ms
    const doneBytes = this.#doneBytes
    const totalBytes = this.#totalBytes
    this.#tell({ doneBytes, totalBytes, ...this.#rate.measure(doneBytes, totalBytes) })
  }

  /** Sets the count: to what is stored already, or to what is left when bytes were lost. */
  restart(doneBytes: number): void {
    this.#doneBytes = doneBytes
  }
}
