/** Lets so many do something at a time; the others wait in line. */
export class Slots {
  private readonly waiting: (() => void)[] = []

  constructor(private free: number) {}

  /** Throws what the work throws, or the reason of an abort that came before its turn. */
  async use<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.free++
    }
  }
}
