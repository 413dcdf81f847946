/**
 * The signal of the newest piece of work of a kind. What begins aborts what began before it, so that a part asks one
 * question after each `await`: whether its own signal was aborted meanwhile.
 */
export class LatestSignal {
  private controller = new AbortController()

  /** Aborts the work before, and gives a signal to what begins now. */
  next(): AbortSignal {
    this.abort()
    this.controller = new AbortController()
    return this.controller.signal
  }

  /** Aborts the work before; nothing takes its place. */
  abort(): void {
    this.controller.abort()
  }
}
