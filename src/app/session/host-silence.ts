import type { BundleSource, LoadProgress } from '../../readers/worker/protocol.ts'
import type { Store } from '../store.ts'
import type { QuietHost } from './quiet-host.ts'
import type { SessionState } from './session-state.ts'

/** From so long a silence on a person is told, and again after each further one. */
export const quietS = 5

/**
 * Says in the state of a load that its host gives no answer to a request, or that the bytes have stopped coming, and takes
 * it back when something comes.
 */
export class HostSilence {
  private readonly host: string | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private silentS = 0
  private doneBytes: number | undefined

  constructor(
    private readonly store: Pick<Store<SessionState>, 'get' | 'update'>,
    source: BundleSource,
    private readonly signal: AbortSignal,
  ) {
    this.host = source.type === 'url' ? hostOf(source.url) : undefined
    this.await()
  }

  /** The worker has reported progress; only bytes that are new are a sign of the host. */
  hear(progress: LoadProgress): void {
    if (progress.type === 'downloading') {
      const isNew = progress.doneBytes !== this.doneBytes
      this.doneBytes = progress.doneBytes
      if (!isNew) return
    }
    this.tell(undefined)
    this.await()
  }

  end(): void {
    clearTimeout(this.timer)
    this.timer = undefined
  }

  private await(): void {
    this.end()
    this.silentS = 0
    if (this.host !== undefined) this.timer = setTimeout(() => this.note(), quietS * 1000)
  }

  private note(): void {
    if (this.signal.aborted || this.host === undefined) return
    // While a person is asked, or the server has said when it may be asked again, nobody waits for the host.
    if (!this.isAwaited) {
      this.await()
      return
    }
    this.silentS += quietS
    this.tell({ host: this.host, s: this.silentS })
    this.timer = setTimeout(() => this.note(), quietS * 1000)
  }

  private get isAwaited(): boolean {
    const { load } = this.store.get()
    return (load.state === 'asking' || load.state === 'downloading') && load.wait === undefined
  }

  private tell(quiet: QuietHost | undefined): void {
    const { load } = this.store.get()
    if (this.signal.aborted || (load.state !== 'asking' && load.state !== 'downloading')) return
    if (load.quiet === quiet) return
    const { quiet: _, ...rest } = load
    this.store.update({ load: quiet ? { ...rest, quiet } : rest })
  }
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}
