/** Longer than any such thing takes, ms. */
const longestMs = 30_000

/** Something that is done between the steps of something else, for at most half of the time. */
export class Aside {
  /** Spent on it since this was last set to 0. */
  ms = 0
  private dueMs = Number.NEGATIVE_INFINITY

  /** @param act whether there was anything to do */
  constructor(
    private readonly act: () => Promise<boolean>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** To be called between two steps. */
  async step(): Promise<void> {
    const started = this.now()
    if (started < this.dueMs || !(await this.act())) return
    const ended = this.now()
    const ms = ended - started
    this.ms += ms
    // A machine that slept meanwhile has not worked on it for that long.
    this.dueMs = ended + Math.min(ms, longestMs)
  }
}
