/** Collects events until the page asks for them, so that a busy page gets many at a time. */
export class EventQueue<Event> {
  private events: Event[] = []
  private wake: (() => void) | undefined

  /** @param most that are held; beyond it the oldest go. Default: all are held */
  constructor(private readonly most = Number.POSITIVE_INFINITY) {}

  push(event: Event): void {
    if (this.events.length >= this.most) this.events.shift()
    this.events.push(event)
    this.wake?.()
  }

  /** All events since the last call; waits for the first if there are none. */
  async next(): Promise<Event[]> {
    while (this.events.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    const { events } = this
    this.events = []
    return events
  }
}
