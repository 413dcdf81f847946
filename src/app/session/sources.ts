import { asVidemoError, type CaptureError } from '../../base/errors.ts'
import type { LatestSignal } from '../../base/latest-signal.ts'
import { listCameras, openCamera, watchCameras } from '../../capture/camera.ts'
import { nothingToOpen } from '../../capture/file-errors.ts'
import { refusalOf } from '../../capture/file-refusal.ts'
import type { LiveCapture } from '../../capture/live-capture.ts'
import { fetchClip } from '../../capture/sample-clip.ts'
import { openScreen } from '../../capture/screen.ts'
import { isPlaceholder } from '../model-kind.ts'
import type { Store } from '../store.ts'
import type { DrawnSource } from './drawn-source.ts'
import type { Faces } from './faces.ts'
import type { FileQueue } from './file-queue.ts'
import { hasChosenSource, rememberSourceChosen } from './first-visit.ts'
import type { LiveInput } from './live-input.ts'
import type { NamedFile } from './queued-file.ts'
import { isBusy, type Run } from './run.ts'
import { isLive, type LoadState, type SessionState, type Source } from './session-state.ts'
import { saveConsent } from './settings.ts'

/** What the sample clip is called on the page. */
const sampleName = 'Sample clip'

export interface SourcesOptions {
  readonly sampleUrl: string
  /** Whether a first visitor who chooses nothing is shown the drawn face. */
  readonly startsByItself: boolean
}

export interface SourcesParts {
  readonly store: Store<SessionState>
  readonly run: Run
  readonly queue: FileQueue
  readonly drawn: DrawnSource
  readonly input: LiveInput
  readonly faces: Faces
  /** Aborted by whatever is read or opened next. */
  readonly latest: LatestSignal
}

/** What a source tells while it is captured. */
interface CaptureListeners {
  readonly onEnded: (error: CaptureError) => void
  readonly onMuted: (isMuted: boolean) => void
}

/** Opens and closes what is watched: a file, a camera, a screen or the drawn face; one at a time. */
export class Sources {
  constructor(
    private readonly parts: SourcesParts,
    private readonly options: SourcesOptions,
  ) {}

  async openSample(): Promise<void> {
    rememberSourceChosen()
    const signal = this.parts.latest.next()
    try {
      const file = await fetchClip(this.options.sampleUrl)
      if (!signal.aborted) await this.openFile(file, sampleName, true)
    } catch (error) {
      if (!signal.aborted) this.parts.run.fail(asVidemoError(error))
    }
  }

  async openFiles(files: readonly NamedFile[]): Promise<void> {
    const { store, run, queue } = this.parts
    rememberSourceChosen()
    if (files.length > 0) await queue.take(files)
    else if (isBusy(store.get().run)) store.update({ announcement: nothingToOpen().message })
    else run.fail(nothingToOpen())
  }

  /** Opens a file and reads it. */
  async openFile(file: Blob, name: string, isSample = false): Promise<void> {
    const { store, run, queue, latest, faces } = this.parts
    run.end()
    this.close()
    const signal = latest.next()
    // A video element would fetch what a playlist lists, so the file is looked at before it is given to one.
    const refusal = await refusalOf(file)
    if (signal.aborted) return
    if (refusal) {
      run.clear()
      store.update({ source: undefined })
      queue.begin(file)
      run.fail(refusal)
      queue.finish(file, { state: 'failed', error: refusal })
      return
    }
    this.show({ kind: 'file', name, url: URL.createObjectURL(file), file, isSample })
    faces.measure(file)
    await run.start()
  }

  /** The person is asked about the camera: what follows faces is there when the picture is. */
  expectCamera(): void {
    this.parts.faces.prepare()
  }

  giveCameraConsent(): void {
    saveConsent()
    this.parts.faces.prepare()
    this.parts.store.update({ hasCameraConsent: true })
  }

  /** Opens this camera; default: the front one. Does nothing without consent. */
  async openCamera(deviceId?: string): Promise<void> {
    if (!this.parts.store.get().hasCameraConsent) return
    rememberSourceChosen()
    this.parts.faces.prepare()
    await this.openLive(async (listeners) => {
      const capture = await openCamera({ ...listeners, ...(deviceId ? { deviceId } : {}) })
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
    await this.openLive(async (listeners) => {
      const capture = await openScreen(listeners)
      return { capture, source: { kind: 'screen', name: capture.label || 'Screen', stream: capture.stream } }
    })
  }

  async openDrawn(): Promise<void> {
    rememberSourceChosen()
    await this.openFace(false)
  }

  /** Whether the drawn face is shown, as soon as there is a model, to a first visitor who has chosen nothing. */
  get willStartByItself(): boolean {
    const { bundle, load, source, run } = this.parts.store.get()
    if (!this.options.startsByItself || source || run.state !== 'idle' || waitsForPerson(load)) return false
    // Random weights have nothing to show.
    return !(bundle && isPlaceholder(bundle.manifest)) && !hasChosenSource()
  }

  async startByItself(): Promise<void> {
    const { store, drawn } = this.parts
    if (!store.get().bundle || !this.willStartByItself) return
    drawn.change({ isInTurn: true })
    await this.openFace(true)
  }

  /** Keeps the list of cameras up to date. */
  watchCameras(): void {
    watchCameras(() => void this.findCameras())
  }

  /** Ends the capture of a live source and takes it from the page; a file stays. */
  closeLive(): void {
    const { store, input, faces } = this.parts
    if (!isLive(store.get().source)) return
    input.end()
    faces.end()
    store.update({ source: undefined })
  }

  /** Lets go of what is open; the page goes on showing it until something else takes its place. */
  close(): void {
    const { store, queue, input, faces } = this.parts
    const { source } = store.get()
    queue.hold()
    if (source?.kind === 'file') URL.revokeObjectURL(source.url)
    input.end()
    faces.end()
  }

  /** Puts a source that is open on the page. */
  private show(source: Source): void {
    const { store } = this.parts
    store.update({ source, opened: store.get().opened + 1, problem: undefined })
  }

  private async openFace(isUnasked: boolean): Promise<void> {
    const { drawn } = this.parts
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) drawn.change({ isPlaying: false })
    await this.openLive(async () => drawn.open(isUnasked))
  }

  /** What is asked for ends the reading under way at its next event; what is open is closed when the new capture is there. */
  private async openLive(
    open: (listeners: CaptureListeners) => Promise<{ readonly capture: LiveCapture; readonly source: Source }>,
  ): Promise<void> {
    const { store, run, input, latest, faces } = this.parts
    const signal = latest.next()
    let own: LiveCapture | undefined
    const onEnded = (error: CaptureError) => {
      if (input.isOf(own)) run.loseSource(error)
    }
    const onMuted = (isMuted: boolean) => {
      if (!input.isOf(own)) return
      // A reading reports by itself when there is a picture again.
      if (isMuted) store.update({ picture: 'muted' })
      else if (!isBusy(store.get().run)) store.update({ picture: 'there' })
    }
    try {
      const { capture, source } = await open({ onEnded, onMuted })
      own = capture
      if (signal.aborted) {
        capture.stop()
        return
      }
      run.end()
      this.close()
      input.take(capture)
      this.show(source)
      // A first visitor has asked for nobody's face.
      if (source.kind !== 'drawn' || !source.isUnasked) faces.followLive(capture)
    } catch (error) {
      if (!signal.aborted) run.fail(asVidemoError(error))
      return
    }
    await run.start()
  }

  private async findCameras(): Promise<void> {
    try {
      this.parts.store.update({ cameras: await listCameras() })
    } catch {
      // Without a list there is nothing to choose from; opening a camera says what is wrong.
    }
  }
}

/** Whether nothing comes of a load until the person has chosen. */
function waitsForPerson(load: LoadState): boolean {
  return load.state === 'failed' || load.state === 'offered' || (load.state === 'idle' && load.isCancelled === true)
}
