/** Lends buffers and takes them back, so that many megabytes for each task do not wait for the garbage collector. */
export class BufferPool {
  readonly #idle: Uint8Array<ArrayBuffer>[] = []

  /** Runs a task with a buffer of `bytes` bytes, which holds arbitrary data at first. */
  async use<T>(bytes: number, task: (buffer: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T> {
    const known = this.#idle.pop()
    const buffer = known && known.length >= bytes ? known : new Uint8Array(bytes)
    try {
      return await task(buffer.subarray(0, bytes))
    } finally {
      this.#idle.push(buffer)
    }
  }
}
