/** Lets so many do something at a time; the others wait in line. */
export class Slots {
  readonly #waiting: (() => void)[] = []

  #free: number

  constructor(free: number) {
    this.#free = free
  }

  /** Throws what the work throws, or the reason of an abort that came before its turn. */
  async use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}

/** Lends buffers, and the same ones again. */
export class Buffers {
  readonly #idle: Uint8Array<ArrayBuffer>[] = []

  /** What is in the buffer at first is anything. */
  async use<T>(bytes: number, work: (buffer: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T> {
    const known = this.#idle.pop()
    const buffer = known && known.length >= bytes ? known : new Uint8Array(bytes)
    try {
      return await work(buffer.subarray(0, bytes))
    } finally {
      this.#idle.push(buffer)
    }
  }
}
