import { type Stage, stageIds } from '../affect/stages.ts'
import { type CaptureError, fromWire, toWire, type VidemoError } from '../base/errors.ts'
import { fetchClip } from '../bundles/fetch-clip.ts'
import { askToPersist } from '../bundles/persistence.ts'
import { listCameras, openCamera, watchCameras } from '../capture/camera.ts'
import { nothingToOpen } from '../capture/file-errors.ts'
import type { LiveCapture } from '../capture/live-capture.ts'
import type { LiveFeed } from '../capture/live-frames.ts'
import { refusalOf } from '../capture/open-clip.ts'
import { openScreen } from '../capture/screen.ts'
import type { FaceSetting } from '../demo-face/live-face.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { type EngineClient, fatalCodes, lastingCodes } from '../readers/worker/client.ts'
import type { BundleRoom, BundleSource, LoadedBundle, LoadProgress } from '../readers/worker/protocol.ts'
import { modelOrigin, settingsOrigin } from '../reading/origin.ts'
import type { ReadingRequest, ReadingSettings, ReadingSource } from '../reading/request.ts'
import { readingRequest, readingSettings } from '../reading/request.ts'
import { foreignHost } from './bundle-link.ts'
import { DrawnFace, drawnName } from './drawn-face.ts'
import { FileQueue, hasWaiting } from './file-queue.ts'
import { hasChosenSource, rememberSourceChosen } from './first-visit.ts'
import { LoadMarker } from './load-marker.ts'
import { isPlaceholder } from './model-kind.ts'
import { promptOf, stagesOf } from './presets.ts'
import type { NamedFile, QueuedFile } from './queued-file.ts'
import { type Flows, ReadingBoard, type Transcript } from './reading-board.ts'
import { download, recordingOf } from './recording-download.ts'
import { shownWait } from './server-wait.ts'
import {
  firstState,
  isLive,
  type LoadState,
  type RunState,
  type SessionActions,
  type SessionState,
  type Settings,
  type Source,
} from './session-state.ts'
import { defaultSettings, loadConsent, loadSettings, saveConsent, saveSettings, settled } from './settings.ts'
import { Store } from './store.ts'
import { StoredModels } from './stored-models.ts'
import { TokenFlow } from './token-flow.ts'
import { askBeforeLeaving } from './unsaved-readings.ts'

export interface SessionOptions {
  readonly createClient: () => EngineClient
  /** An address: what comes with the page, or what a link to it names. */
  readonly defaultBundle: string
  /** The address of what comes with the page, for where the default or a chosen one is too much. */
  readonly smallBundle: string
  readonly sampleUrl: string
  /** Tokens of an answer at most, whatever the settings say; for tests. */
  readonly maxTokens?: number
  /** Frames and ids are kept for comparison; for tests. */
  readonly keepFrames?: boolean
  /** A linked bundle is fetched from wherever it lies without a question; for tests. */
  readonly trustsLinks?: boolean
}

/** What the sample clip is called on the page. */
export const sampleName = 'Sample clip'

/** Times a lost worker or device is replaced before the page gives up. */
const mostRecoveries = 2
/** Downloads from here on are asked for, with their licence; a bundle that was accepted once is in the store. */
const askedBytes = 50e6
/** Words that mean nothing need no length. */
const placeholderTokens = 48

/** What the page does and knows; no React in it. */
export class Session implements SessionActions {
  readonly store: Store<SessionState>
  readonly flows = Object.fromEntries(stageIds.map((id) => [id, new TokenFlow()])) as Flows
  readonly actions: SessionActions = this
  client: EngineClient
  /** Sources opened so far. */
  opened = 0
  /** Whether a first visitor who chooses nothing is shown the drawn face; tests choose for themselves. */
  startsByItself = true
  private readonly drawn: DrawnFace
  private readonly marker = new LoadMarker()
  private readonly stored: StoredModels
  private readonly files: FileQueue
  private source: BundleSource
  private loads = 0
  /** The person wants what the page's address names. */
  private isLinkAccepted = false
  private answerOffer: (isWanted: boolean) => void = () => undefined
  /** Of the bundle that is being loaded. */
  private room: BundleRoom | undefined
  private runs = 0
  private recoveries = 0
  private board: ReadingBoard | undefined
  private capture: LiveCapture | undefined
  private feed: LiveFeed | undefined
  /** Where the file's reading began. */
  private fromS = 0

  constructor(private readonly options: SessionOptions) {
    this.client = options.createClient()
    this.source = { type: 'url', url: options.defaultBundle }
    const { smallBundle } = options
    this.store = new Store({ ...firstState(loadSettings(), loadConsent()), smallBundle })
    this.stored = new StoredModels(this.store, () => this.client)
    this.files = new FileQueue(this.store, ({ file, name }) => this.openVideo(file, name, false))
    this.drawn = new DrawnFace(
      () => this.store.get().drawn,
      (change) => this.store.update({ drawn: { ...this.store.get().drawn, ...change } }),
    )
  }

  /** What was said since the reading began; for tests. */
  get transcripts(): readonly Transcript[] {
    return this.board?.transcripts ?? []
  }

  /**
   * Looks at the device, then loads the default bundle, unless the last start ended in the middle of that; a first
   * visitor then sees it read.
   */
  async open(): Promise<void> {
    watchCameras(() => void this.findCameras())
    askBeforeLeaving(this.store)
    const lostLoad = await this.marker.takeLost()
    if (lostLoad)
      this.store.update({ lostLoad, announcement: `The last start ended while ${lostLoad.name} was loading.` })
    this.markLoads()
    try {
      this.store.update({ device: await this.client.inspectDevice() })
    } catch (error) {
      this.store.update({ load: { state: 'failed', source: this.source, error: asError(error) } })
      return
    }
    await this.stored.lookFirst()
    if (lostLoad?.url === this.options.defaultBundle) return
    await this.loadAndRead(this.source)
    await this.startByItself()
  }

  /** Loads a bundle; the one loaded before stays in use until the new one is verified. */
  async loadBundle(source: BundleSource): Promise<void> {
    this.recoveries = 0
    this.dismissLostLoad()
    await this.loadAndRead(source)
    await this.startByItself()
  }

  /** Tries again what failed to load, with a new worker if the old one died. */
  async retryLoad(): Promise<void> {
    const { load, run, source } = this.store.get()
    // What the loss has ended goes on with the new model.
    if (load.state === 'failed' && run.state === 'failed' && run.error === load.error && source) {
      this.store.update({ run: { state: 'queued' } })
    }
    await this.loadBundle(this.source)
  }

  async loadSmallBundle(): Promise<void> {
    await this.loadBundle({ type: 'url', url: this.options.smallBundle })
  }

  dismissLostLoad(): void {
    this.store.update({ lostLoad: undefined })
  }

  acceptLoad(): void {
    const { load } = this.store.get()
    if (load.state !== 'offered') return
    void askToPersist()
    if (load.source.type === 'url' && load.source.url === this.options.defaultBundle) this.isLinkAccepted = true
    const { source, manifest, totalBytes, room } = load
    this.store.update({ load: downloading(source, manifest, totalBytes, room) })
    this.answerOffer(true)
  }

  /** Ends a load; what was loaded before stays. */
  cancelLoad(): void {
    this.loads++
    this.answerOffer(false)
    this.store.update({ load: { state: 'idle', isCancelled: true } })
    void this.client.cancelLoad().catch(() => undefined)
  }

  lookAtStorage(): Promise<void> {
    return this.stored.look()
  }

  removeStored(key: string): Promise<void> {
    return this.stored.remove(key)
  }

  protectStorage(): Promise<void> {
    return this.stored.protect()
  }

  dismissEvicted(): void {
    this.store.update({ evicted: [] })
  }

  async openSample(): Promise<void> {
    rememberSourceChosen()
    const run = ++this.runs
    try {
      const file = await fetchClip(this.options.sampleUrl)
      if (run === this.runs) await this.openVideo(file, sampleName, true)
    } catch (error) {
      if (run === this.runs) this.failRun(asError(error))
    }
  }

  async openFiles(files: readonly NamedFile[]): Promise<void> {
    rememberSourceChosen()
    if (files.length > 0) await this.files.take(files)
    else if (isBusy(this.store.get().run)) this.store.update({ announcement: nothingToOpen().message })
    else this.failRun(nothingToOpen())
  }

  async readWaiting(): Promise<void> {
    await this.files.next()
  }

  removeFile(id: number): void {
    this.files.remove(id)
  }

  clearFiles(): void {
    this.files.clear()
  }

  async openCamera(deviceId?: string): Promise<void> {
    if (!this.store.get().hasCameraConsent) return
    rememberSourceChosen()
    await this.openLive(async (onEnded, onMuted) => {
      const capture = await openCamera({ onEnded, onMuted, ...(deviceId ? { deviceId } : {}) })
      void this.findCameras()
      const source: Source = {
        kind: 'camera',
        name: capture.label || 'Camera',
        stream: capture.stream,
        deviceId: capture.deviceId ?? '',
        isMirrored: capture.isMirrored,
      }
      return { capture, source }
    })
  }

  async openScreen(): Promise<void> {
    rememberSourceChosen()
    await this.openLive(async (onEnded, onMuted) => {
      const capture = await openScreen({ onEnded, onMuted })
      return { capture, source: { kind: 'screen', name: capture.label || 'Screen', stream: capture.stream } }
    })
  }

  async openDrawn(): Promise<void> {
    rememberSourceChosen()
    await this.openFace(false)
  }

  changeDrawn(change: Partial<FaceSetting>): void {
    this.drawn.change(change)
  }

  recordDrawn(isOn: boolean): void {
    if (isOn) this.drawn.record()
    else this.drawn.endVideo()
  }

  giveCameraConsent(): void {
    saveConsent()
    this.store.update({ hasCameraConsent: true })
  }

  /** Reads what is open, from its beginning; or goes on after a pause. */
  async start(): Promise<void> {
    if (this.store.get().run.state === 'paused') {
      await this.client.pause(false).catch((error) => this.failRun(asError(error)))
      return
    }
    this.recoveries = 0
    await this.read(0)
  }

  pause(): void {
    const { state } = this.store.get().run
    if (state === 'running' || state === 'warming' || state === 'lagging') {
      void this.client.pause(true).catch((error) => this.failRun(asError(error)))
    }
  }

  /** Ends the reading within one token, and the capture; keeps what was said. */
  stop(): void {
    const { run, source } = this.store.get()
    if (run.state === 'queued' || run.state === 'recovering') {
      this.runs++
      this.store.update({ run: { state: 'idle' } })
      this.holdQueue()
    } else if (isBusy(run) && run.state !== 'stopping') {
      this.store.update({ run: { state: 'stopping' } })
      void this.client.stop().catch((error) => this.failRun(asError(error)))
    }
    if (isLive(source)) {
      this.endCapture()
      this.store.update({ source: undefined })
    }
  }

  async seek(timeS: number): Promise<void> {
    if (this.store.get().source?.kind !== 'file') return
    this.recoveries = 0
    await this.read(timeS)
  }

  erase(): void {
    this.endReading()
    this.closeSource()
    this.clear()
    this.files.clear()
    this.store.update({
      recording: [],
      savedReadings: 0,
      source: undefined,
      figures: {},
      announcement: 'Everything was erased.',
    })
  }

  async downloadRecording(): Promise<void> {
    const { recording } = this.store.get()
    if (recording.length === 0) return
    download(await recordingOf(recording))
    // Those that came meanwhile are not among them.
    if (this.store.get().recording.length >= recording.length) this.store.update({ savedReadings: recording.length })
  }

  changeSettings(change: Partial<Settings>): void {
    const settings = settled({ ...this.store.get().settings, ...change })
    saveSettings(settings)
    this.store.update({ settings })
  }

  resetSettings(): void {
    this.changeSettings(defaultSettings)
  }

  private async openFace(isUnasked: boolean): Promise<void> {
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) this.drawn.change({ isPlaying: false })
    await this.openLive(async () => {
      const { capture, canvas } = this.drawn.open()
      return { capture, source: { kind: 'drawn', name: drawnName, stream: capture.stream, canvas, isUnasked } }
    })
  }

  /** Random weights have nothing to show, and who has been here before knows what to choose. */
  get willStartByItself(): boolean {
    const { bundle, load, source, run } = this.store.get()
    if (!this.startsByItself || source || run.state !== 'idle' || waitsForPerson(load)) return false
    return !(bundle && isPlaceholder(bundle.manifest)) && !hasChosenSource()
  }

  private async startByItself(): Promise<void> {
    if (!this.store.get().bundle || !this.willStartByItself) return
    this.drawn.change({ isInTurn: true })
    await this.openFace(true)
  }

  private async openVideo(file: Blob, name: string, isSample: boolean): Promise<void> {
    this.endReading()
    this.closeSource()
    this.opened++
    const run = this.runs
    // Before a video element is given the file: of a playlist, it would fetch what is listed.
    const refusal = await refusalOf(file)
    if (run !== this.runs) return
    if (refusal) {
      this.clear()
      this.store.update({ source: undefined })
      this.files.begin(file)
      this.failRun(refusal)
      this.endFile(file, { state: 'failed', error: refusal })
      return
    }
    this.store.update({ source: { kind: 'file', name, url: URL.createObjectURL(file), file, isSample } })
    await this.start()
  }

  private async openLive(
    open: (
      onEnded: (error: CaptureError) => void,
      onMuted: (isMuted: boolean) => void,
    ) => Promise<{ capture: LiveCapture; source: Source }>,
  ): Promise<void> {
    const run = ++this.runs
    let own: LiveCapture | undefined
    const onEnded = (error: CaptureError) => {
      if (own && own === this.capture) this.loseCapture(error)
    }
    const onMuted = (isMuted: boolean) => {
      if (!own || own !== this.capture) return
      // A reading says itself when there is a picture again.
      if (isMuted) this.store.update({ picture: 'muted' })
      else if (!isBusy(this.store.get().run)) this.store.update({ picture: 'there' })
    }
    try {
      const { capture, source } = await open(onEnded, onMuted)
      own = capture
      if (run !== this.runs) {
        capture.stop()
        return
      }
      this.endReading()
      this.closeSource()
      this.capture = capture
      this.opened++
      this.store.update({ source })
    } catch (error) {
      if (run === this.runs) this.failRun(asError(error))
      return
    }
    await this.start()
  }

  /** The camera was unplugged, or the sharing ended by the browser's own button. */
  private loseCapture(error: CaptureError): void {
    this.runs++
    void this.client.stop().catch(() => undefined)
    this.endCapture()
    this.board?.settle()
    this.store.update({ source: undefined, picture: 'there', run: { state: 'failed', error } })
  }

  private async loadAndRead(source: BundleSource): Promise<void> {
    if ((await this.loadTwice(source)) === 'loaded') await this.readIfQueued()
  }

  /** A worker or a device that is lost on the way is replaced, once; one that was lost before, at once. */
  private async loadTwice(source: BundleSource): Promise<'loaded' | 'failed' | 'superseded'> {
    const { load: before } = this.store.get()
    if (before.state === 'failed' && fatalCodes.has(before.error.code)) this.replaceClient()
    const outcome = await this.load(source)
    const { load } = this.store.get()
    if (outcome !== 'failed' || load.state !== 'failed' || !isPassing(load.error)) return outcome
    this.store.update({ announcement: 'The model was lost while it was loaded; it is being loaded again.' })
    this.replaceClient()
    return this.load(source)
  }

  private async load(source: BundleSource, isTrusted = false): Promise<'loaded' | 'failed' | 'superseded'> {
    const load = ++this.loads
    if (!isTrusted) this.source = source
    this.store.update({ load: { state: 'asking', source } })
    try {
      const bundle = await this.client.loadBundle(
        { source, ...(isTrusted ? { isTrusted } : {}) },
        (progress) => {
          if (load === this.loads) this.takeLoad(source, progress)
        },
        () => (load === this.loads ? this.offer() : Promise.resolve(false)),
      )
      if (load !== this.loads) return 'superseded'
      this.store.update({ bundle, check: bundle.check, load: { state: 'idle' }, announcement: 'The model is ready.' })
      void this.stored.look()
      return 'loaded'
    } catch (error) {
      if (load !== this.loads) return 'superseded'
      const failure = asError(error)
      if (!fatalCodes.has(failure.code)) void this.stored.look()
      this.store.update({
        load: { state: 'failed', source, error: failure },
        ...(fatalCodes.has(failure.code) ? { bundle: undefined } : {}),
      })
      return 'failed'
    }
  }

  /**
   * Shows host, size and licence of what would be fetched, where it is much or where a link and nobody here asks for it;
   * whether the person wants it.
   */
  private async offer(): Promise<boolean> {
    const { load } = this.store.get()
    if (load.state !== 'downloading' || (load.totalBytes < askedBytes && !this.isOnlyLinked(load.source))) return true
    const { source, manifest, totalBytes } = load
    const { room } = this
    this.store.update({ load: { state: 'offered', source, manifest, totalBytes, ...(room ? { room } : {}) } })
    return new Promise((resolve) => {
      this.answerOffer = resolve
    })
  }

  /** Whether a bundle of another host is asked for by the page's address alone. */
  private isOnlyLinked(source: BundleSource): boolean {
    const { defaultBundle, trustsLinks } = this.options
    if (trustsLinks || source.type !== 'url' || source.url !== defaultBundle) return false
    return !this.isLinkAccepted && foreignHost(source) !== undefined
  }

  private takeLoad(source: BundleSource, progress: LoadProgress): void {
    const { load } = this.store.get()
    switch (progress.type) {
      case 'manifest': {
        const { manifest, isStored, room } = progress
        const totalBytes = manifest.files.reduce((sum, { bytes }) => sum + bytes, 0)
        this.room = room
        const load = downloading(source, manifest, totalBytes, isStored ? { storedBytes: totalBytes } : room)
        this.store.update({ load })
        break
      }
      case 'downloading': {
        const { type: _, ...figures } = progress
        if (load.state === 'downloading') this.store.update({ load: { ...load, ...figures } })
        else if (load.state === 'waiting') {
          const { manifest } = load
          this.store.update({ load: { state: 'downloading', source, manifest, ...figures } })
        }
        break
      }
      case 'waiting': {
        if (load.state !== 'downloading') break
        const { manifest, totalBytes } = load
        this.store.update({ load: { state: 'waiting', source, manifest, totalBytes } })
        break
      }
      case 'server-wait':
        if (load.state === 'asking' || load.state === 'downloading') {
          this.store.update({ load: { ...load, wait: shownWait(progress.wait) } })
        }
        break
      case 'checking':
        this.store.update({ load: { state: 'checking', source } })
        break
      case 'starting':
        this.store.update({ bundle: undefined, load: { state: 'starting', source, graph: progress.graph } })
    }
  }

  private async readIfLoaded(): Promise<void> {
    if (this.store.get().bundle) await this.readIfQueued()
  }

  private async readIfQueued(): Promise<void> {
    if (this.store.get().run.state === 'queued') await this.read(this.fromS)
  }

  /** Reads what is open; waits for the model if need be. */
  private async read(fromS: number): Promise<void> {
    const { source, bundle, load } = this.store.get()
    if (!source) return
    const run = ++this.runs
    this.fromS = fromS
    this.clear()
    if (source.kind === 'file') this.files.begin(source.file)
    if (!bundle || load.state === 'starting') {
      this.store.update({ run: { state: 'queued' } })
      return
    }
    this.store.update({ run: { state: 'opening' } })
    const stages = this.stages()
    const settings = this.readingSettings(bundle)
    this.store.update({ pairsPerWindow: Math.max(1, Math.floor(settings.windowFrames / 2)) })
    const { kind, name } = source
    const board = new ReadingBoard(this.store, this.flows, {
      stages,
      origin: {
        source: { kind, name },
        model: modelOrigin(bundle),
        settings: settingsOrigin(this.store.get().settings.preset, stages, settings),
      },
      opened: this.opened,
      hasTranscript: this.options.keepFrames ?? false,
      fromS,
      deviceFigures: () => this.client.deviceFigures(),
    })
    this.board = board
    try {
      const { request, transferred } = this.request(source, bundle, stages, settings)
      for await (const event of this.client.read(request, transferred)) {
        if (run !== this.runs) {
          if (event.type === 'frame') event.image.close()
          return
        }
        if (event.type === 'updated') this.recoveries = 0
        board.take(event)
      }
      if (run === this.runs) this.leaveFile()
    } catch (error) {
      if (run === this.runs) await this.recover(asError(error), board)
    }
  }

  private stages(): readonly Stage[] {
    const { settings } = this.store.get()
    return stagesOf(settings).map((stage) => ({ ...stage, prompt: promptOf(settings, stage.id) }))
  }

  private readingSettings({ manifest }: LoadedBundle): ReadingSettings {
    const { sampling, ...chosen } = this.store.get().settings.reading
    const { isOn, temperature, topP } = sampling
    const maxTokens = this.options.maxTokens ?? (isPlaceholder(manifest) ? placeholderTokens : chosen.maxTokens)
    return readingSettings(
      { ...chosen, maxTokens, ...(isOn ? { sampling: { temperature, topP, seed: newSeed() } } : {}) },
      manifest,
    )
  }

  private request(
    source: Source,
    bundle: LoadedBundle,
    stages: readonly Stage[],
    settings: ReadingSettings,
  ): { readonly request: ReadingRequest; readonly transferred: Transferable[] } {
    const { probes } = this.store.get().settings
    let from: ReadingSource
    let transferred: Transferable[] = []
    if (source.kind === 'file') from = { type: 'file', file: source.file, fromS: this.fromS }
    else {
      this.feed?.stop()
      const feed = this.capture?.frames({ framesPerSecond: settings.framesPerSecond })
      if (!feed) throw new Error('There is nothing to capture.')
      this.feed = feed
      from = { type: 'live', frames: feed.frames }
      transferred = feed.transfer
    }
    const { keepFrames = false } = this.options
    return {
      request: readingRequest({ source: from, stages, settings, probes, keepFrames }, bundle.manifest),
      transferred,
    }
  }

  /** After a lost worker or device: a new worker, the bundle from where it is kept, and the reading goes on. */
  private async recover(error: VidemoError, board: ReadingBoard): Promise<void> {
    board.settle()
    if (!isPassing(error) || this.recoveries >= mostRecoveries) {
      this.failRun(error)
      this.leaveFile()
      return
    }
    const run = this.runs
    const { bundle, source } = this.store.get()
    const attempt = ++this.recoveries
    this.store.update({
      run: { state: 'recovering', attempt, of: mostRecoveries },
      announcement: 'The model was lost; it is being loaded again.',
    })
    this.replaceClient()
    const kept = bundle?.kept
    const outcome = kept
      ? await this.load({ type: 'files', name: bundle.name, files: kept }, true)
      : await this.load(bundle?.source ?? this.source)
    const { load, bundle: reloaded } = this.store.get()
    // Where it came from, rather than how it came back.
    if (outcome === 'loaded' && bundle && reloaded && kept) {
      const { name, source: origin, store } = bundle
      this.store.update({ bundle: { ...reloaded, name, source: origin, store } })
    }
    if (run !== this.runs) return
    if (outcome === 'superseded') {
      // Another bundle was chosen meanwhile; the reading goes on with it.
      this.store.update({ run: { state: 'queued' } })
      await this.readIfLoaded()
      return
    }
    if (outcome === 'failed') {
      const failure = load.state === 'failed' ? load.error : error
      if (fatalCodes.has(failure.code)) await this.recover(failure, board)
      else {
        this.failRun(failure)
        this.holdQueue()
      }
      return
    }
    await this.read(source?.kind === 'file' ? board.resumeS : 0)
  }

  private replaceClient(): void {
    this.client.terminate()
    this.client = this.options.createClient()
    this.store.update({ bundle: undefined })
  }

  private failRun(error: VidemoError): void {
    this.board?.settle()
    this.store.update({ run: { state: 'failed', error } })
    // The model has to be loaded again.
    if (fatalCodes.has(error.code)) {
      this.store.update({ bundle: undefined, load: { state: 'failed', source: this.source, error } })
    }
  }

  /** Goes on with the next file of the queue after one that was read, or that could not be. */
  private leaveFile(): void {
    const { source, run } = this.store.get()
    if (source?.kind !== 'file') return
    if (run.state === 'over' && run.reason === 'ended') this.endFile(source.file, { state: 'read' })
    // The next one would fail like it for want of a model.
    else if (run.state === 'failed' && !fatalCodes.has(run.error.code)) {
      this.endFile(source.file, { state: 'failed', error: run.error })
    } else this.holdQueue()
  }

  private endFile(file: Blob, progress: QueuedFile['progress']): void {
    if (!this.files.end(file, progress)) return
    if (hasWaiting(this.store.get())) void this.files.next()
    else this.files.summarize()
  }

  /** The file on show is no longer read, and none follows it by itself. */
  private holdQueue(): void {
    const { source } = this.store.get()
    if (source?.kind === 'file') this.files.end(source.file, { state: 'stopped' })
  }

  private endReading(): void {
    this.runs++
    if (isBusy(this.store.get().run)) void this.client.stop().catch(() => undefined)
    this.store.update({ run: { state: 'idle' } })
  }

  private closeSource(): void {
    const { source } = this.store.get()
    this.holdQueue()
    if (source?.kind === 'file') URL.revokeObjectURL(source.url)
    this.endCapture()
  }

  private endCapture(): void {
    this.feed?.stop()
    this.feed = undefined
    this.capture?.stop()
    this.capture = undefined
  }

  /** Forgets the reading on show; the recording stays. */
  private clear(): void {
    for (const { image } of this.store.get().frames) image.close()
    for (const flow of Object.values(this.flows)) flow.set('')
    this.board?.settle()
    this.board = undefined
    this.store.update({
      frames: [],
      clip: undefined,
      current: undefined,
      probes: {},
      progress: undefined,
      fileNotices: [],
      run: { state: 'idle' },
      picture: this.capture?.isMuted ? 'muted' : 'there',
      announcement: '',
    })
  }

  /** For the next start, should this tab end in the middle of a load. */
  private markLoads(): void {
    const follow = () => this.marker.follow(this.store.get().load)
    this.store.subscribe(follow)
    addEventListener('pagehide', () => this.marker.leave())
    addEventListener('pageshow', follow)
  }

  private async findCameras(): Promise<void> {
    try {
      this.store.update({ cameras: await listCameras() })
    } catch {
      // Without a list there is nothing to choose from; opening a camera says what is wrong.
    }
  }
}

/** Whether another worker and another device may be spared it. */
function isPassing({ code }: VidemoError): boolean {
  return fatalCodes.has(code) && !lastingCodes.has(code)
}

function downloading(source: BundleSource, manifest: Manifest, totalBytes: number, room: BundleRoom | undefined) {
  const doneBytes = room?.storedBytes ?? 0
  const isResumed = doneBytes > 0 && doneBytes < totalBytes
  return {
    state: 'downloading',
    source,
    manifest,
    doneBytes,
    totalBytes,
    ...(isResumed ? { keptBytes: doneBytes } : {}),
  } as const
}

/** Whether nothing comes of a load until the person has chosen. */
function waitsForPerson(load: LoadState): boolean {
  return load.state === 'failed' || load.state === 'offered' || (load.state === 'idle' && load.isCancelled === true)
}

/** Whether the worker is at it. */
export function isBusy({ state }: RunState): boolean {
  return ['opening', 'warming', 'running', 'lagging', 'paused', 'stopping', 'recovering'].includes(state)
}

function newSeed(): number {
  const [seed] = crypto.getRandomValues(new Uint32Array(1))
  return seed
}

/** Whatever was thrown, as one of ours. */
function asError(error: unknown): VidemoError {
  return fromWire(toWire(error))
}
