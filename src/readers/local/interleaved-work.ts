/** A pause is at most this long, ms. */
const maxPauseMs = 30_000

/**
 * Interleaves other work with a loop: it is done between the loop's steps, and takes at most half of the time, because as
 * long a pause follows each time.
 */
export class InterleavedWork {
  /** Time spent on the work since this was last set to 0, ms. */
  ms = 0
  private dueMs = Number.NEGATIVE_INFINITY

  /** @param work resolves to whether there was anything to do */
  constructor(
    private readonly work: () => Promise<boolean>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Does the work if its pause is over; to be called between two steps of the loop. */
  async step(): Promise<void> {
    const started = this.now()
    if (started < this.dueMs || !(await this.work())) return
    const ended = this.now()
    const ms = ended - started
    this.ms += ms
    // If the machine slept meanwhile, the time is not that of the work.
    this.dueMs = ended + Math.min(ms, maxPauseMs)
  }
}
