import { RateMeter } from '../net/rate.ts'

export interface TransferProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  readonly bytesPerS?: number
  readonly leftS?: number
}

/** Chunks come thousands a second; nobody sees more than this. */
const everyMs = 100

/** Sums up the bytes of several files and tells of them now and then, of the first and the last ones at once. */
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

  /** Begins anew from this many bytes: some of those counted were lost. */
  restart(doneBytes: number): void {
    this.#doneBytes = doneBytes
  }
}
