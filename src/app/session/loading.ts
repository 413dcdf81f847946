import { asVidemoError, type VidemoError } from '../../base/errors.ts'
import { LatestSignal } from '../../base/latest-signal.ts'
import { askToPersist } from '../../bundles/persistence.ts'
import { fatalCodes, lastingCodes } from '../../readers/worker/client.ts'
import type { BundleRoom, BundleSource, LoadedBundle } from '../../readers/worker/protocol.ts'
import { foreignHost } from '../bundle-link.ts'
import type { Store } from '../store.ts'
import type { CurrentClient } from './current-client.ts'
import { HostSilence } from './host-silence.ts'
import { LoadMarker } from './load-marker.ts'
import { downloading, loadAfter } from './load-progress.ts'
import type { LostLoad, SessionState } from './session-state.ts'
import type { StoredModels } from './stored-models.ts'
import { words } from './words.ts'

export interface LoadingOptions {
  /** Address of the bundle to begin with: the one that comes with the page, or the one that a link to it names. */
  readonly defaultBundle: string
  /** A linked bundle is fetched from any host without a question; for tests. */
  readonly trustsLinks?: boolean
}

/** What became of one try. Superseded: another load has begun, or the person has canceled this one. */
export type LoadAttempt =
  | { readonly outcome: 'loaded' | 'superseded' }
  | { readonly outcome: 'failed'; readonly error: VidemoError }

/** Downloads of this many bytes or more are offered with their licence before they begin. */
const offeredBytes = 50e6

/** Loads bundles into the worker, one at a time; what is loaded stays in use until the next one is verified. */
export class Loading {
  private readonly marker = new LoadMarker()
  private readonly latest = new LatestSignal()
  /** What was asked for last, and what a retry loads. */
  private wanted: BundleSource
  /** Whether the person has accepted the bundle of another host that the page's address names. */
  private isLinkAccepted = false
  private answerOffer: (isWanted: boolean) => void = () => undefined

  constructor(
    private readonly store: Store<SessionState>,
    private readonly client: CurrentClient,
    private readonly stored: StoredModels,
    private readonly options: LoadingOptions,
  ) {
    this.wanted = { type: 'url', url: options.defaultBundle }
  }

  get source(): BundleSource {
    return this.wanted
  }

  /** Marks loads from now on; tells of the load in whose middle the last start ended with its tab. */
  async takeLost(): Promise<LostLoad | undefined> {
    const lostLoad = await this.marker.takeLost()
    if (lostLoad) {
      this.store.update({ lostLoad, announcement: words.loadLost(lostLoad.name) })
    }
    const follow = () => this.marker.follow(this.store.get().load)
    this.store.subscribe(follow)
    addEventListener('pagehide', () => this.marker.leave())
    addEventListener('pageshow', follow)
    return lostLoad
  }

  /**
   * Loads a bundle. A worker or a device that is lost on the way is replaced once; one that was lost before, at once. A
   * failure is told only when no try is left, so that none is taken back.
   */
  async load(source: BundleSource): Promise<LoadAttempt['outcome']> {
    const { load: before } = this.store.get()
    if (before.state === 'failed' && fatalCodes.has(before.error.code)) this.replaceWorker()
    let signal = this.latest.next()
    let attempt = await this.attempt(source, signal)
    if (attempt.outcome === 'failed' && mayPass(attempt.error) && !signal.aborted) {
      this.store.update({ announcement: words.modelLoadLost })
      this.replaceWorker()
      signal = this.latest.next()
      attempt = await this.attempt(source, signal)
    }
    if (signal.aborted) return 'superseded'
    if (attempt.outcome === 'failed') this.fail(source, attempt.error)
    return attempt.outcome
  }

  /**
   * Loads the bundle that a lost worker had into another worker: from the files that the page has kept, where it has,
   * and else from where it came. Whoever asks decides what a failure means.
   */
  async reload(bundle: LoadedBundle | undefined): Promise<LoadAttempt> {
    this.replaceWorker()
    const signal = this.latest.next()
    if (!bundle?.kept) return this.attempt(bundle?.source ?? this.wanted, signal)
    const { name, source, store, kept } = bundle
    const attempt = await this.attempt({ type: 'files', name, files: kept }, signal, true)
    const { bundle: reloaded } = this.store.get()
    // The page names where the bundle came from first, not that it came back from kept files.
    if (attempt.outcome === 'loaded' && reloaded) this.store.update({ bundle: { ...reloaded, name, source, store } })
    return attempt
  }

  accept(): void {
    const { load } = this.store.get()
    if (load.state !== 'offered') return
    void askToPersist()
    if (this.isDefault(load.source)) this.isLinkAccepted = true
    const { source, manifest, totalBytes, room } = load
    this.store.update({ load: downloading(source, manifest, totalBytes, room) })
    this.answerOffer(true)
  }

  /** Ends the load under way, or declines what is offered; what was loaded before stays. */
  cancel(): void {
    this.latest.abort()
    this.store.update({ load: { state: 'idle', isCancelled: true } })
    void this.client
      .get()
      .cancelLoad()
      .catch(() => undefined)
  }

  /** The worker or its device was lost, and the model with it. */
  loseModel(error: VidemoError): void {
    this.store.update({ bundle: undefined, load: { state: 'failed', source: this.wanted, error } })
  }

  /** @param isTrusted the files come from the page itself and were verified before */
  private async attempt(source: BundleSource, signal: AbortSignal, isTrusted = false): Promise<LoadAttempt> {
    if (!isTrusted) this.wanted = source
    this.store.update({ load: { state: 'asking', source } })
    const silence = new HostSilence(this.store, source, signal)
    let room: BundleRoom | undefined
    try {
      const bundle = await this.client.get().load(
        { source, ...(isTrusted ? { isTrusted } : {}) },
        (progress) => {
          if (signal.aborted) return
          if (progress.type === 'manifest') room = progress.room
          const load = loadAfter(this.store.get().load, source, progress)
          // The worker makes room for the next model's graphs by dropping the one before.
          this.store.update({ load, ...(progress.type === 'starting' ? { bundle: undefined } : {}) })
          silence.hear(progress)
        },
        () => this.offer(room, signal),
      )
      if (signal.aborted) return { outcome: 'superseded' }
      this.store.update({ bundle, check: bundle.check, load: { state: 'idle' }, announcement: words.modelReady })
      void this.stored.look()
      return { outcome: 'loaded' }
    } catch (thrown) {
      return signal.aborted ? { outcome: 'superseded' } : { outcome: 'failed', error: asVidemoError(thrown) }
    } finally {
      silence.end()
    }
  }

  private fail(source: BundleSource, error: VidemoError): void {
    const isFatal = fatalCodes.has(error.code)
    this.store.update({ load: { state: 'failed', source, error }, ...(isFatal ? { bundle: undefined } : {}) })
    if (!isFatal) void this.stored.look()
  }

  /**
   * Whether the files may be fetched. The person is shown host, size and licence and asked, where the download is large,
   * or where nothing but a link to this page asks for a bundle of another host.
   */
  private async offer(room: BundleRoom | undefined, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false
    const { load } = this.store.get()
    if (load.state !== 'downloading') return true
    if (load.totalBytes < offeredBytes && !this.isOnlyLinked(load.source)) return true
    const { source, manifest, totalBytes } = load
    this.store.update({ load: { state: 'offered', source, manifest, totalBytes, ...(room ? { room } : {}) } })
    return new Promise((resolve) => {
      this.answerOffer = resolve
      signal.addEventListener('abort', () => resolve(false), { once: true })
    })
  }

  /** Whether a bundle of another host is asked for by the page's address alone. */
  private isOnlyLinked(source: BundleSource): boolean {
    if (this.options.trustsLinks || this.isLinkAccepted || !this.isDefault(source)) return false
    return foreignHost(source) !== undefined
  }

  private isDefault(source: BundleSource): boolean {
    return source.type === 'url' && source.url === this.options.defaultBundle
  }

  private replaceWorker(): void {
    this.client.replace()
    this.store.update({ bundle: undefined })
  }
}

/** Whether the failure may not happen again with another worker and another device. */
export function mayPass({ code }: VidemoError): boolean {
  return fatalCodes.has(code) && !lastingCodes.has(code)
}
