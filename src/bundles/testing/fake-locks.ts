/** Locks as a browser's tabs share them, as far as this room uses them. */
export class FakeLocks {
  private readonly tails = new Map<string, Promise<unknown>>()

  async request(name: string, { signal }: { signal?: AbortSignal }, work: () => Promise<unknown>): Promise<unknown> {
    const before = this.tails.get(name) ?? Promise.resolve()
    let isGivenUp = false
    const turn = before.then(() => (isGivenUp ? undefined : work()))
    this.tails.set(
      name,
      turn.catch(() => undefined),
    )
    if (!signal) return turn
    const aborted = new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        isGivenUp = true
        reject(signal.reason)
      })
    })
    return Promise.race([turn, aborted])
  }

  manager(): LockManager {
    return this as unknown as LockManager
  }
}
