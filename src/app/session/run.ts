import { wholePicture } from '../../affect/track.ts'
import { asVidemoError, type VidemoError } from '../../base/errors.ts'
import { LatestSignal } from '../../base/latest-signal.ts'
import { fatalCodes } from '../../readers/worker/client.ts'
import type { LoadedBundle } from '../../readers/worker/protocol.ts'
import { modelOrigin, settingsOrigin } from '../../reading/origin.ts'
import { type ReadingSettings, type ReadingSource, readingRequest } from '../../reading/request.ts'
import { type Flows, ReadingBoard } from '../reading-board.ts'
import type { Store } from '../store.ts'
import type { Transcript } from '../transcript.ts'
import { chosenSettings, chosenStages } from './chosen-reading.ts'
import type { CurrentClient } from './current-client.ts'
import type { Faces } from './faces.ts'
import type { FileQueue } from './file-queue.ts'
import type { LiveInput } from './live-input.ts'
import { type Loading, mayPass } from './loading.ts'
import { isLive, type ReadableSource, type RunState, type SessionState } from './session-state.ts'
import { words } from './words.ts'

export interface RunOptions {
  /** Tokens of an answer at most, whatever the settings say; for tests. */
  readonly maxTokens?: number
  /** Frames and ids are kept for comparison; for tests. */
  readonly keepFrames?: boolean
}

export interface RunParts {
  readonly store: Store<SessionState>
  readonly flows: Flows
  readonly client: CurrentClient
  readonly loading: Loading
  readonly queue: FileQueue
  readonly input: LiveInput
  readonly faces: Faces
}

/** Losses of the worker or device in a row that are made good before the page gives up. */
const mostRecoveries = 2

/** The reading of the source on show: starting, holding and ending it, and going on after a lost worker. */
export class Run {
  private recoveries = 0
  private board: ReadingBoard | undefined
  /** Where the reading of a file began, in seconds. */
  private fromS = 0
  /** Aborted by whatever is read next. */
  private readonly latest = new LatestSignal()

  constructor(
    private readonly parts: RunParts,
    private readonly options: RunOptions,
  ) {}

  /** What was said since the reading began; for tests. */
  get transcripts(): readonly Transcript[] {
    return this.board?.transcripts ?? []
  }

  /** A person begins something: losses are counted from none. */
  forgetLosses(): void {
    this.recoveries = 0
  }

  /** Reads what is open, from its beginning; or goes on after a pause. */
  async start(): Promise<void> {
    const { store, client } = this.parts
    if (store.get().run.state === 'paused') {
      await client
        .get()
        .pause(false)
        .catch((error) => this.fail(asVidemoError(error)))
      return
    }
    await this.readFrom(0)
  }

  /** Reads what is open from this time on. */
  async readFrom(timeS: number): Promise<void> {
    this.forgetLosses()
    await this.read(timeS)
  }

  /** Shows the reading of the face that was chosen, where it is read. */
  showChosen(): void {
    this.board?.showChosen()
  }

  pause(): void {
    const { store, client } = this.parts
    const { state } = store.get().run
    if (state !== 'running' && state !== 'warming' && state !== 'lagging') return
    void client
      .get()
      .pause(true)
      .catch((error) => this.fail(asVidemoError(error)))
  }

  /** Ends the reading within one token; what was said stays. */
  stop(): void {
    const { store, client, queue } = this.parts
    const { run } = store.get()
    if (run.state === 'queued' || run.state === 'recovering') {
      this.latest.abort()
      store.update({ run: { state: 'idle' } })
      queue.hold()
    } else if (isBusy(run) && run.state !== 'stopping') {
      store.update({ run: { state: 'stopping' } })
      void client
        .get()
        .stop()
        .catch((error) => this.fail(asVidemoError(error)))
    }
  }

  /** Ends the reading without another word of it. */
  end(): void {
    const { store, client } = this.parts
    this.latest.abort()
    if (isBusy(store.get().run)) {
      void client
        .get()
        .stop()
        .catch(() => undefined)
    }
    store.update({ run: { state: 'idle' } })
  }

  /** Ends the reading of a source that went away; what was said stays. */
  loseSource(): void {
    const { store, client } = this.parts
    const { run } = store.get()
    this.latest.abort()
    this.board?.settle()
    if (run.state === 'queued') store.update({ run: { state: 'idle' } })
    if (!isBusy(run)) return
    void client
      .get()
      .stop()
      .catch(() => undefined)
    store.update({ run: { state: 'over', reason: 'source-ended' } })
  }

  /** The reading has failed, and why. */
  fail(error: VidemoError): void {
    const { store, loading } = this.parts
    this.board?.settle()
    store.update({ run: { state: 'failed', error } })
    if (fatalCodes.has(error.code)) loading.loseModel(error)
  }

  /** Forgets the reading on show; the recording stays. */
  clear(): void {
    const { store } = this.parts
    const { announcement } = store.get()
    this.forgetSaid()
    store.update({
      clip: undefined,
      fileNotices: [],
      run: { state: 'idle' },
      picture: this.parts.input.isMuted ? 'muted' : 'there',
      // The end of the next reading is said, too, where it is the same; what else is being said is not cut off.
      announcement: announcement === words.stopped || announcement === words.complete ? '' : announcement,
    })
  }

  /**
   * Another model has come: a reading that waits for it begins, one of a live source begins anew, and what the model before
   * said of what was read to its end is no longer shown.
   */
  async goOnWithModel(): Promise<void> {
    const { source, run } = this.parts.store.get()
    if (run.state === 'queued') await this.read(this.fromS)
    else if (isBusy(run)) return
    else if (isLive(source)) await this.read(0)
    else this.forgetSaid()
  }

  /** Reads again from where the reading under way is, because the faces that it follows come from elsewhere now. */
  readAnew(): void {
    const { source, run } = this.parts.store.get()
    const { board } = this
    if (!source || !board || !['opening', 'warming', 'running', 'lagging'].includes(run.state)) return
    void this.read(source.kind === 'file' ? board.resumeS : 0)
  }

  /** What waits for a model is not read when it comes. */
  waitNoLonger(): void {
    if (this.parts.store.get().run.state === 'queued') this.stop()
  }

  /** Reads what is open, or waits for the model. */
  private async read(fromS: number): Promise<void> {
    const { store, client, queue } = this.parts
    const { source, bundle, load } = store.get()
    // What is stopped is opened again before it is read.
    if (!source || source.kind === 'stopped') return
    const signal = this.latest.next()
    this.fromS = fromS
    this.clear()
    if (source.kind === 'file') queue.begin(source.file)
    // While a model starts, the one before it is about to go.
    if (!bundle || load.state === 'starting') {
      store.update({ run: { state: 'queued' } })
      return
    }
    const settings = chosenSettings(store.get().settings, bundle.manifest, this.options.maxTokens)
    store.update({ run: { state: 'opening' }, pairsPerWindow: Math.max(1, Math.floor(settings.windowFrames / 2)) })
    const board = this.boardOf(source, bundle, settings)
    this.board = board
    try {
      const { request, transferred } = this.requestOf(source, bundle, settings)
      for await (const event of client.get().read(request, transferred)) {
        if (signal.aborted) {
          if (event.type === 'frame') event.image?.close()
          return
        }
        if (event.type === 'over' && event.reason === 'stopped' && store.get().run.state !== 'stopping') {
          this.waitForModel(board)
          return
        }
        // A reading that gets anywhere may lose its worker anew.
        if (event.type === 'updated') this.forgetLosses()
        board.take(event)
      }
      if (!signal.aborted) queue.leave()
    } catch (error) {
      if (!signal.aborted) await this.recover(asVidemoError(error), board, signal)
    }
  }

  /** The model is being exchanged, and nobody asked the reading to stop: it goes on from its window with the next one. */
  private waitForModel(board: ReadingBoard): void {
    const { store } = this.parts
    const { source } = store.get()
    board.settle()
    this.fromS = source?.kind === 'file' ? board.resumeS : 0
    store.update({ run: { state: 'queued' } })
  }

  private forgetSaid(): void {
    const { store, flows } = this.parts
    this.board?.closeFrames()
    for (const flow of Object.values(flows)) flow.set('')
    this.board?.settle()
    this.board = undefined
    store.update({
      frames: [],
      shownTrack: wholePicture,
      current: undefined,
      probes: {},
      headlines: {},
      progress: undefined,
    })
  }

  private boardOf(source: ReadableSource, bundle: LoadedBundle, settings: ReadingSettings): ReadingBoard {
    const { store, flows, client } = this.parts
    const stages = chosenStages(store.get().settings)
    const { kind, name } = source
    return new ReadingBoard(store, flows, {
      stages,
      origin: {
        source: { kind, name },
        model: modelOrigin(bundle),
        settings: settingsOrigin(store.get().settings.preset, stages, settings),
      },
      opened: store.get().opened,
      hasTranscript: this.options.keepFrames ?? false,
      fromS: this.fromS,
      deviceFigures: () => client.get().figures(),
    })
  }

  private requestOf(source: ReadableSource, { manifest }: LoadedBundle, settings: ReadingSettings) {
    const { store, input, faces } = this.parts
    const { settings: chosen } = store.get()
    const { keepFrames = false } = this.options
    let from: ReadingSource
    let transferred: Transferable[] = []
    if (source.kind === 'file') from = { type: 'file', file: source.file, fromS: this.fromS }
    else {
      const feed = input.feedAt(settings.framesPerSecond)
      if (!feed) throw new Error('There is nothing to capture.')
      from = { type: 'live', frames: feed.frames }
      transferred = feed.transfer
    }
    const followed = faces.requestFor(source, manifest)
    const wish = {
      source: from,
      stages: chosenStages(chosen),
      settings,
      probes: chosen.probes,
      keepFrames,
      ...(followed ? { faces: followed.faces, withClues: chosen.faces.withClues } : {}),
    }
    return { request: readingRequest(wish, manifest), transferred: [...transferred, ...(followed?.transfer ?? [])] }
  }

  /** After the worker or its device was lost, the model is loaded into another one and the reading restarts from its window. */
  private async recover(error: VidemoError, board: ReadingBoard, signal: AbortSignal): Promise<void> {
    const { store, loading, queue } = this.parts
    board.settle()
    if (!mayPass(error) || this.recoveries >= mostRecoveries) {
      this.fail(error)
      queue.leave()
      return
    }
    const { bundle, source } = store.get()
    const attempt = ++this.recoveries
    store.update({
      run: { state: 'recovering', attempt, of: mostRecoveries },
      announcement: words.modelLoadedAgain,
    })
    const reload = await loading.reload(bundle)
    if (signal.aborted) return
    const { bundle: reloaded } = store.get()
    switch (reload.outcome) {
      case 'loaded':
        await this.read(source?.kind === 'file' ? board.resumeS : 0)
        break
      case 'superseded':
        // Another bundle was chosen meanwhile, and the reading goes on with it; or this one was cancelled.
        store.update({ run: { state: 'queued' } })
        if (reloaded) await this.goOnWithModel()
        break
      case 'failed':
        if (fatalCodes.has(reload.error.code)) await this.recover(reload.error, board, signal)
        else {
          loading.loseModel(reload.error)
          this.fail(reload.error)
          queue.hold()
        }
    }
  }
}

/** Whether the worker reads, is about to, or is being replaced. */
export function isBusy({ state }: RunState): boolean {
  return ['opening', 'warming', 'running', 'lagging', 'paused', 'stopping', 'recovering'].includes(state)
}
