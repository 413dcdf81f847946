/** Lets a fixed number of tasks run at a time; the others wait in line. */
export class Semaphore {
  readonly #waiting: (() => void)[] = []
  #free: number

  /** @param most how many tasks may run at a time */
  constructor(most: number) {
    this.#free = most
  }

  /** Runs a task when its turn comes. Throws what the task throws, or the reason of an abort before its turn. */
  async use<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      signal.throwIfAborted()
      return await task()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}
