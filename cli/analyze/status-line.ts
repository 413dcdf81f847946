import type { WriteStream } from 'node:tty'
import { canRewriteLines } from '../terminal.ts'

/** One line of a terminal that says what is being done right now; nothing where there is no terminal. */
export class StatusLine {
  private isShown = false

  constructor(private readonly stream: Pick<WriteStream, 'isTTY' | 'columns' | 'write'> = process.stderr) {}

  show(text: string): void {
    if (!canRewriteLines(this.stream)) return
    this.clear()
    this.stream.write(text.slice(0, Math.max(0, this.stream.columns - 1)))
    this.isShown = true
  }

  /** Makes room for other output. */
  clear(): void {
    if (this.isShown) this.stream.write('\r\u001b[K')
    this.isShown = false
  }
}
