/** Pauses a reading between two steps: `pass` waits while the gate is closed. */
export class Gate {
  private closed: { readonly wait: Promise<void>; readonly open: () => void } | undefined

  get isClosed(): boolean {
    return this.closed !== undefined
  }

  close(): void {
    if (this.closed) return
    let open: () => void = () => undefined
    const wait = new Promise<void>((resolve) => {
      open = resolve
    })
    this.closed = { wait, open }
  }

  open(): void {
    this.closed?.open()
    this.closed = undefined
  }

  readonly pass = async (): Promise<void> => {
    while (this.closed) await this.closed.wait
  }
}
