import type { TrackId } from '../../affect/track.ts'
import { asVidemoError } from '../../base/errors.ts'
import { LatestSignal } from '../../base/latest-signal.ts'
import type { LiveCapture } from '../../capture/live-capture.ts'
import type { FacesClient, FollowingProgress } from '../../faces/worker/client.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { FacesRequest } from '../../reading/faces-request.ts'
import { viewFor } from '../../reading/view-rules.ts'
import { MeasuredFaces } from '../faces-board.ts'
import { isDrawn, isPlaceholder } from '../model-kind.ts'
import type { Store } from '../store.ts'
import { type FacesState, noFaces } from './faces-state.ts'
import type { SessionState, Source } from './session-state.ts'

/** What the session asks of the worker that follows faces; tests put something else in its place. */
export type SessionFaces = Pick<FacesClient, keyof FacesClient>

export interface FacesOptions {
  /** Brings the worker's client, which a page that looks for no face never needs. */
  readonly createFaces: () => Promise<SessionFaces>
}

export interface FacesParts {
  readonly store: Store<SessionState>
  /** Told when the worker was lost: readings that were fed by it are fed no more. */
  readonly onLost: () => void
}

/** How often frames of a camera are followed, at most. */
const framesPerSecond = 30

type Begin = (client: SessionFaces) => AsyncIterable<FollowingProgress>

/**
 * Follows the faces of the source on show, from the moment it is opened until it is left, whether or not there is a model.
 * Where that fails the page says so, and the whole picture is read.
 */
export class Faces {
  readonly board = new MeasuredFaces()
  private client: Promise<SessionFaces> | undefined
  /** Settles when the worker has been told of the source on show. */
  private begun: Promise<unknown> = Promise.resolve()
  /** Aborted by whatever is followed next. */
  private readonly latest = new LatestSignal()
  /** What the worker was told last. */
  private told = { isMeshShown: false, areSmallSought: false }
  /** Of the file on show: from where it is measured, and how far it was measured, s of its own clock. */
  private measured: { readonly file: Blob; readonly fromS: number; toS: number } | undefined

  constructor(
    private readonly parts: FacesParts,
    private readonly options: FacesOptions,
  ) {
    parts.store.subscribe(() => this.tellSettings())
  }

  /** Loads the networks, for a source that is about to be opened. */
  prepare(): void {
    if (!this.isOn) return
    void this.opened().then(
      (client) => client.load().catch(() => undefined),
      () => undefined,
    )
  }

  /** Follows the faces of a camera, a screen or the drawn face. */
  followLive(capture: LiveCapture): void {
    this.measured = undefined
    if (!this.isOn) return
    this.follow(true, (client) => {
      const { frames, transfer } = capture.frames({ framesPerSecond })
      return client.follow(frames, transfer)
    })
  }

  /** Measures the faces of a file, from its beginning or from this time on. */
  measure(file: Blob, fromS = 0): void {
    if (!this.isOn) return
    this.measured = { file, fromS, toS: fromS }
    this.follow(false, (client) => client.measure(file, { fromS }))
  }

  /** Somebody wants to read a file from a time that is far from being measured: it is measured from there. */
  seek(timeS: number): void {
    const { measured } = this
    if (!measured || (timeS >= measured.fromS && timeS <= measured.toS + aheadS)) return
    this.measure(measured.file, timeS)
  }

  /** The source is left. What was measured of it stays until another begins. */
  end(): void {
    this.latest.abort()
    this.measured = undefined
    this.ask((client) => client.stop())
    if (this.parts.store.get().faces !== noFaces) this.leave({ state: 'off' })
  }

  /** Forgets everybody, the worker included. */
  erase(): void {
    this.end()
    this.close()
    this.board.begin(true)
    this.parts.store.update({ faces: noFaces })
  }

  choose(track: TrackId): void {
    const { store } = this.parts
    store.update({ faces: { ...store.get().faces, chosen: track } })
    this.ask((client) => client.choose(track))
  }

  /** Ends the worker, as a crash would; for tests. */
  async kill(): Promise<void> {
    const client = await this.client
    client?.close()
  }

  takeNeutral(track: TrackId): void {
    this.ask((client) => client.takeNeutral(track))
  }

  /**
   * How the faces of the source on show are read, and what of that moves to the reader; undefined where none are followed.
   */
  requestFor(
    source: Source,
    manifest: Pick<Manifest, 'reads' | 'source'>,
  ): { readonly faces: FacesRequest; readonly transfer: Transferable[] } | undefined {
    const { faces, settings } = this.parts.store.get()
    if (faces.status.state === 'off' || faces.status.state === 'failed') return undefined
    const { port1, port2 } = new MessageChannel()
    // A feed that is opened before the worker has begun with the source would be one of nothing, and end.
    Promise.all([this.opened(), this.begun]).then(
      ([client]) => {
        client.endFeeds()
        client.openFeed(port1)
      },
      // No moment comes through it, and whoever waits for one must know.
      () => port1.postMessage({ type: 'end' }),
    )
    const { view, who } = settings.faces
    const feed = { type: 'port', port: port2 } as const
    // Random weights see nothing in a face, and are shown what there is.
    const isPicture = isDrawn(source) || isPlaceholder(manifest)
    const shown = view === 'automatic' ? viewFor(manifest, { isDrawn: isPicture }) : view
    return { faces: { view: shown, who, feed }, transfer: [port2] }
  }

  /** A person on a slow device may do without. */
  private get isOn(): boolean {
    return this.parts.store.get().settings.faces.isOn
  }

  private follow(isLive: boolean, begin: Begin): void {
    const signal = this.latest.next()
    void this.run(signal, isLive, begin, true)
  }

  private async run(signal: AbortSignal, isLive: boolean, begin: Begin, mayRestart: boolean): Promise<void> {
    const { store } = this.parts
    this.board.begin(isLive)
    store.update({ faces: { ...noFaces, status: { state: 'loading' } } })
    try {
      // With the client: a page that looks for no face needs neither.
      const begun = Promise.all([this.opened(), import('./faces-report.ts')]).then(([client, { FacesReport }]) => {
        return signal.aborted
          ? undefined
          : { events: begin(client), report: new FacesReport(store, this.board, signal, isLive) }
      })
      this.begun = begun.catch(() => undefined)
      const { events, report } = (await begun) ?? {}
      if (!events || !report) return
      try {
        for await (const event of events) {
          if (signal.aborted) return
          if (event.type === 'moment' && this.measured) this.measured.toS = event.moment.timeS
          report.take(event)
        }
      } finally {
        report.end()
      }
    } catch (thrown) {
      if (signal.aborted) return
      const error = asVidemoError(thrown)
      const isLost = error.code === 'faces-lost'
      if (isLost) this.close()
      if (isLost && mayRestart) {
        void this.run(signal, isLive, begin, false)
        this.parts.onLost()
        return
      }
      this.leave({ state: 'failed', error })
      if (isLost) this.parts.onLost()
    }
  }

  /** Nobody is followed any more; what was measured of a file stays. */
  private leave(status: FacesState['status']): void {
    const { store } = this.parts
    const { faces } = store.get()
    store.update({ faces: { ...faces, status, tracks: faces.tracks.map((each) => ({ ...each, isHere: false })) } })
    this.board.blank()
  }

  private opened(): Promise<SessionFaces> {
    if (!this.client) {
      const client = this.options.createFaces()
      this.client = client
      client.then(
        (own) => {
          own.showMesh(this.told.isMeshShown)
          own.seekSmall(this.told.areSmallSought)
        },
        () => {
          // A chunk of the page that could not be fetched may be there at the next source.
          if (this.client === client) this.client = undefined
        },
      )
    }
    return this.client
  }

  /** Asks something of the worker, where there is one. */
  private ask(what: (client: SessionFaces) => void): void {
    this.client?.then(what, () => undefined)
  }

  private close(): void {
    this.ask((client) => client.close())
    this.client = undefined
  }

  /** Tells the worker what the settings ask of it, where that has changed. */
  private tellSettings(): void {
    const { isMeshShown, areSmallSought } = this.parts.store.get().settings.faces
    const before = this.told
    this.told = { isMeshShown, areSmallSought }
    if (isMeshShown !== before.isMeshShown) this.ask((client) => client.showMesh(isMeshShown))
    if (areSmallSought !== before.areSmallSought) this.ask((client) => client.seekSmall(areSmallSought))
  }
}

/** A reading that waits less than this for the moments of its frames is not worth measuring anew for, s of a file. */
const aheadS = 20
