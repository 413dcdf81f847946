import { stageIds } from '../../affect/stages.ts'
import type { TrackId } from '../../affect/track.ts'
import { asVidemoError } from '../../base/errors.ts'
import type { FaceSetting } from '../../demo-face/live-face.ts'
import type { BundleSource } from '../../readers/worker/protocol.ts'
import { exporters } from '../../reading/exporters/index.ts'
import type { Flows } from '../reading-board.ts'
import { download, recordingOf } from '../recording-download.ts'
import { Store } from '../store.ts'
import { TokenFlow } from '../token-flow.ts'
import { CurrentClient, type SessionClient } from './current-client.ts'
import { DrawnSource } from './drawn-source.ts'
import { Faces, type FacesOptions } from './faces.ts'
import type { FacesBoard } from './faces-state.ts'
import { FileQueue } from './file-queue.ts'
import { LiveInput } from './live-input.ts'
import { Loading, type LoadingOptions } from './loading.ts'
import type { PageSession } from './page-session.ts'
import type { NamedFile } from './queued-file.ts'
import { Run, type RunOptions } from './run.ts'
import { firstState, type SessionActions, type SessionState, type Settings } from './session-state.ts'
import { defaultSettings, loadConsent, loadSettings, saveSettings, settled } from './settings.ts'
import { Sources, type SourcesOptions } from './sources.ts'
import { Speech } from './speech.ts'
import { StoredModels } from './stored-models.ts'
import { askBeforeLeaving } from './unsaved-readings.ts'
import { words } from './words.ts'

export interface SessionOptions extends LoadingOptions, SourcesOptions, RunOptions, FacesOptions {
  readonly createClient: () => SessionClient
  /** Address of the model that comes with the page, for where the default or a chosen one is too large. */
  readonly smallBundle: string
}

/** What the page does and knows, without React: its parts are joined here, and what a person can do reaches them. */
export class Session implements PageSession, SessionActions {
  readonly store: Store<SessionState>
  readonly flows = Object.fromEntries(stageIds.map((id) => [id, new TokenFlow()])) as Flows
  readonly actions: SessionActions = this
  /** For the test hooks, which ask the worker what the page does not. */
  readonly client: CurrentClient
  readonly run: Run
  readonly facesBoard: FacesBoard
  readonly faces: Faces
  private readonly stored: StoredModels
  private readonly loading: Loading
  private readonly queue: FileQueue
  private readonly drawn: DrawnSource
  private readonly sources: Sources
  private readonly speech: Speech

  constructor(private readonly options: SessionOptions) {
    const { smallBundle, createClient } = options
    const { flows } = this
    const store = new Store<SessionState>({ ...firstState(loadSettings(), loadConsent()), smallBundle })
    const client = new CurrentClient(createClient)
    const input = new LiveInput()
    this.store = store
    this.client = client
    this.stored = new StoredModels(store, client)
    this.loading = new Loading(store, client, this.stored, options)
    this.queue = new FileQueue(store, (file, how) => this.sources.openFile(file, how))
    this.drawn = new DrawnSource(store)
    this.faces = new Faces({ store, onLost: () => this.run.readAnew() }, options)
    this.facesBoard = this.faces.board
    const { loading, queue, drawn, faces } = this
    this.run = new Run({ store, flows, client, loading, queue, input, faces }, options)
    this.speech = new Speech((announcement) => store.update({ announcement }))
    this.sources = new Sources({ store, run: this.run, queue, drawn, input, faces }, options)
  }

  /**
   * Shows a first visitor the drawn face, looks at the device, and loads the default bundle, unless the last start ended in
   * the middle of that.
   */
  async open(): Promise<void> {
    const { store, loading } = this
    this.speech.follow(store)
    this.sources.watchCameras()
    askBeforeLeaving(store)
    void this.sources.startByItself()
    const lostLoad = await loading.takeLost()
    try {
      store.update({ device: await this.client.get().inspectDevice() })
    } catch (error) {
      store.update({ load: { state: 'failed', source: loading.source, error: asVidemoError(error) } })
      return
    }
    await this.stored.lookFirst()
    if (lostLoad?.url !== this.options.defaultBundle) await this.loadAndRead(loading.source)
  }

  async loadBundle(source: BundleSource): Promise<void> {
    this.run.forgetLosses()
    this.dismissLostLoad()
    await this.loadAndRead(source)
  }

  async retryLoad(): Promise<void> {
    const { load, run, source } = this.store.get()
    // A reading that ended with the lost model goes on with the new one.
    if (load.state === 'failed' && run.state === 'failed' && run.error === load.error && source) {
      this.store.update({ run: { state: 'queued' } })
    }
    await this.loadBundle(this.loading.source)
  }

  async loadSmallBundle(): Promise<void> {
    await this.loadBundle({ type: 'url', url: this.options.smallBundle })
  }

  dismissLostLoad(): void {
    this.store.update({ lostLoad: undefined })
  }

  acceptLoad(): void {
    this.loading.accept()
  }

  cancelLoad(): void {
    this.loading.cancel()
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

  openSample(): Promise<void> {
    return this.sources.openSample()
  }

  openFiles(files: readonly NamedFile[]): Promise<void> {
    return this.sources.openFiles(files)
  }

  async readWaiting(): Promise<void> {
    await this.queue.next(true)
  }

  removeFile(id: number): void {
    this.queue.remove(id)
  }

  clearFiles(): void {
    this.queue.clear()
  }

  openCamera(deviceId?: string): Promise<void> {
    return this.sources.openCamera(deviceId)
  }

  openScreen(): Promise<void> {
    return this.sources.openScreen()
  }

  openDrawn(): Promise<void> {
    return this.sources.openDrawn()
  }

  changeDrawn(change: Partial<FaceSetting>): void {
    this.drawn.change(change)
  }

  recordDrawn(isOn: boolean): void {
    this.drawn.record(isOn)
  }

  expectCamera(): void {
    this.sources.expectCamera()
  }

  giveCameraConsent(): void {
    this.sources.giveCameraConsent()
  }

  async start(): Promise<void> {
    const { source } = this.store.get()
    if (source?.kind === 'stopped') await this.sources.openAgain(source)
    else await this.run.start()
  }

  pause(): void {
    this.run.pause()
  }

  stop(): void {
    this.run.stop()
    this.sources.stop()
  }

  async readFrom(timeS: number): Promise<void> {
    if (this.store.get().source?.kind !== 'file') return
    this.faces.seek(timeS)
    await this.run.readFrom(timeS)
  }

  dismissProblem(): void {
    this.store.update({ problem: undefined })
  }

  chooseFace(track: TrackId): void {
    this.faces.choose(track)
    this.run.showChosen()
  }

  takeNeutral(track: TrackId): void {
    this.faces.takeNeutral(track)
  }

  erase(): void {
    this.run.end()
    this.sources.erase()
    this.run.clear()
    this.queue.clear()
    this.faces.erase()
    this.store.update({
      recording: [],
      savedReadings: 0,
      figures: {},
      announcement: words.erased,
    })
  }

  async downloadRecording(format: string = exporters[0].id): Promise<void> {
    const { recording } = this.store.get()
    if (recording.length === 0) return
    download(await recordingOf(recording), format)
    // Readings that came meanwhile are not in the file; after an erasure there is nothing left to be saved.
    if (this.store.get().recording.length >= recording.length) this.store.update({ savedReadings: recording.length })
  }

  announce(text: string): void {
    this.store.update({ announcement: text })
  }

  changeSettings(change: Partial<Settings>): void {
    const settings = settled({ ...this.store.get().settings, ...change })
    saveSettings(settings)
    this.store.update({ settings })
  }

  resetSettings(): void {
    this.changeSettings(defaultSettings)
  }

  private async loadAndRead(source: BundleSource): Promise<void> {
    if ((await this.loading.load(source)) !== 'loaded') return
    // Random weights have nothing to say of a face that nobody asked for.
    if (this.sources.isRandomlyRead) this.run.waitNoLonger()
    else await this.run.goOnWithModel()
  }
}
