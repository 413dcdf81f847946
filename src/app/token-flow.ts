type Listener = (text: string, isAppended: boolean) => void

/**
 * Text that arrives token by token. Listeners hear of it once per animation frame, and write it to the page by
 * themselves: React does not render tokens.
 */
export class TokenFlow {
  text = ''
  private fresh = ''
  private scheduled = false
  private readonly listeners = new Set<Listener>()

  constructor(private readonly nextFrame: (run: () => void) => void = (run) => requestAnimationFrame(run)) {}

  push(text: string): void {
    this.text += text
    this.fresh += text
    if (this.scheduled) return
    this.scheduled = true
    this.nextFrame(() => {
      this.scheduled = false
      const { fresh } = this
      this.fresh = ''
      if (fresh !== '') this.tell(fresh, true)
    })
  }

  /** The whole text, at once. */
  set(text: string): void {
    this.fresh = ''
    this.text = text
    this.tell(text, false)
  }

  /** Hears the text so far, then what follows. */
  subscribe(listener: Listener): () => void {
    listener(this.text.slice(0, this.text.length - this.fresh.length), false)
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private tell(text: string, isAppended: boolean): void {
    for (const listener of this.listeners) listener(text, isAppended)
  }
}
