/** Events that are collected until somebody asks for them: a busy page gets many at a time. */
export class EventQueue<Event> {
  private events: Event[] = []
  private wake: (() => void) | undefined

  push(event: Event): void {
    this.events.push(event)
    this.wake?.()
  }

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
