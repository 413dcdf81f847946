import { asVidemoError, type CaptureError, type VidemoError } from '../../base/errors.ts'
import { LatestSignal } from '../../base/latest-signal.ts'
import { listCameras, openCamera, watchCameras } from '../../capture/camera.ts'
import { nothingToOpen } from '../../capture/file-errors.ts'
import { refusalOf } from '../../capture/file-refusal.ts'
import type { LiveCapture } from '../../capture/live-capture.ts'
import { fetchClip } from '../../capture/sample-clip.ts'
import { openScreen } from '../../capture/screen.ts'
import { isPlaceholder } from '../model-kind.ts'
import { isolatedName } from '../shown-name.ts'
import type { DrawnSource } from './drawn-source.ts'
import type { OpenFile } from './file-queue.ts'
import { hasChosenSource, rememberSourceChosen } from './first-visit.ts'
import type { NamedFile } from './queued-file.ts'
import { isBusy } from './run.ts'
import type { LiveSource, SourceProblem, StoppedSource } from './session-state.ts'
import { saveConsent } from './settings.ts'
import { ShownSource, type ShownSourceOptions, type ShownSourceParts } from './shown-source.ts'
import { isCanceled, lost, notOpened } from './source-problem.ts'
import { words } from './words.ts'

export interface SourcesOptions extends ShownSourceOptions {
  readonly sampleUrl: string
  /** Whether a first visitor who chooses nothing is shown the drawn face. */
  readonly startsByItself: boolean
  /** Why a file cannot be read, as far as can be told before it is; where the first bytes tell, it is not asked. */
  readonly troubleIn: (file: Blob) => Promise<VidemoError | undefined>
}

export interface SourcesParts extends ShownSourceParts {
  readonly drawn: DrawnSource
}

/** What a source tells while it is captured. */
interface CaptureListeners {
  readonly onEnded: (error: CaptureError) => void
  readonly onMuted: (isMuted: boolean) => void
}

/** A camera, a screen or the drawn face that has begun. */
interface Opened {
  readonly capture: LiveCapture
  readonly source: LiveSource
}

/**
 * Opens what is to be watched: a file, a camera, a screen or the drawn face. Only what is open takes the place of what was
 * watched before; what cannot be opened is told, and what ran goes on.
 */
export class Sources {
  /** Of what a person asked for last: it ends the asking before. */
  private readonly asked = new LatestSignal()
  /** Of the file with which a queue goes on by itself. */
  private readonly following = new LatestSignal()
  private readonly shown: ShownSource

  constructor(
    private readonly parts: SourcesParts,
    private readonly options: SourcesOptions,
  ) {
    this.shown = new ShownSource(parts, options)
  }

  async openSample(): Promise<void> {
    rememberSourceChosen()
    const signal = this.asked.next()
    try {
      const file = await fetchClip(this.options.sampleUrl)
      if (!signal.aborted) await this.readFile(file, words.sampleName, true)
    } catch (error) {
      if (!signal.aborted) this.tell('sample', asVidemoError(error))
    }
  }

  async openFiles(files: readonly NamedFile[]): Promise<void> {
    rememberSourceChosen()
    if (files.length > 0) await this.parts.queue.take(files)
    else this.tell('file', nothingToOpen())
  }

  /** Looks at a file, and reads it where it can be read. */
  readonly openFile: OpenFile = async ({ file, name }, { isAsked, isAlone }) => {
    const { queue } = this.parts
    this.following.abort()
    const signal = (isAsked ? this.asked : this.following).next()
    const trouble = await this.troubleIn(file)
    if (signal.aborted) return
    if (trouble) {
      this.tell('file', trouble, queue.has(file) ? name : undefined)
      await queue.refuse(file, trouble, isAsked)
      return
    }
    if (isAlone) queue.empty()
    await this.readFile(file, name, false)
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
    await this.openLive('camera', async (listeners) => {
      const capture = await openCamera({ ...listeners, ...(deviceId ? { deviceId } : {}) })
      void this.findCameras()
      const { stream, label, isMirrored } = capture
      const name = label || words.cameraName
      return { capture, source: { kind: 'camera', name, stream, deviceId: capture.deviceId ?? '', isMirrored } }
    })
  }

  async openScreen(): Promise<void> {
    rememberSourceChosen()
    await this.openLive('screen', async (listeners) => {
      const capture = await openScreen(listeners)
      const { stream, label } = capture
      return { capture, source: { kind: 'screen', name: label || words.screenName, stream } }
    })
  }

  async openDrawn(): Promise<void> {
    rememberSourceChosen()
    await this.openFace(false)
  }

  /** Opens what was stopped once more. */
  async openAgain({ was, deviceId }: StoppedSource): Promise<void> {
    if (was === 'camera') await this.openCamera(deviceId)
    else if (was === 'screen') await this.openScreen()
    else await this.openDrawn()
  }

  /** Whether this is a first visitor who has chosen nothing, and is shown the drawn face. */
  private get willStartByItself(): boolean {
    const { source, run } = this.parts.store.get()
    return this.options.startsByItself && !source && run.state === 'idle' && !this.hasRandomModel && !hasChosenSource()
  }

  /** Shows a first visitor the drawn face, with a model or without; it is read when there is one. */
  async startByItself(): Promise<void> {
    if (!this.willStartByItself) return
    this.parts.drawn.change({ isInTurn: true })
    await this.openFace(true)
  }

  /** Whether the drawn face that nobody has asked for would be read by random weights. */
  get isRandomlyRead(): boolean {
    const { source } = this.parts.store.get()
    return source?.kind === 'drawn' && source.isUnasked && this.hasRandomModel
  }

  /** Keeps the list of cameras up to date. */
  watchCameras(): void {
    watchCameras(() => void this.findCameras())
  }

  /** Ends the capture of a live source, of which the last picture stays; a file stays, and none follows it by itself. */
  stop(): void {
    this.following.abort()
    this.shown.stop()
  }

  /** Takes away what is open and what is about to be. */
  erase(): void {
    this.asked.abort()
    this.following.abort()
    this.shown.close()
    this.parts.store.update({ source: undefined, problem: undefined })
  }

  private get hasRandomModel(): boolean {
    const { bundle } = this.parts.store.get()
    return bundle !== undefined && isPlaceholder(bundle.manifest)
  }

  private async troubleIn(file: Blob): Promise<VidemoError | undefined> {
    // A video element would fetch what a playlist lists, so the file is looked at before it is given to one.
    const refusal = await refusalOf(file)
    if (refusal) return refusal
    try {
      return await this.options.troubleIn(file)
    } catch {
      // What looks closer could not be fetched: the reading tells what it finds.
      return undefined
    }
  }

  private async readFile(file: Blob, name: string, isSample: boolean): Promise<void> {
    const { run, faces } = this.parts
    this.following.abort()
    this.shown.replace({ kind: 'file', name, url: URL.createObjectURL(file), file, isSample })
    faces.measure(file)
    await run.start()
  }

  private async openFace(isUnasked: boolean): Promise<void> {
    const { drawn } = this.parts
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) drawn.change({ isPlaying: false })
    await this.openLive('drawn', async () => drawn.open(isUnasked))
  }

  private async openLive(
    at: LiveSource['kind'],
    open: (listeners: CaptureListeners) => Promise<Opened>,
  ): Promise<void> {
    const { store, run, input, faces } = this.parts
    const signal = this.asked.next()
    let own: LiveCapture | undefined
    const onEnded = (error: CaptureError) => {
      if (!input.isOf(own)) return
      run.loseSource()
      this.shown.stop()
      this.report(lost(at, error))
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
      this.following.abort()
      this.shown.replace(source, capture)
      // A first visitor has asked for nobody's face.
      if (source.kind !== 'drawn' || !source.isUnasked) faces.followLive(capture)
    } catch (error) {
      if (!signal.aborted) this.tell(at, asVidemoError(error))
      return
    }
    await run.start()
  }

  /** Tells what could not be opened; what is open stays as it is. */
  private tell(at: SourceProblem['at'], error: VidemoError, name?: string): void {
    if (isCanceled(error)) return
    this.report(notOpened(at, error, name === undefined ? undefined : isolatedName(name)))
  }

  private report(problem: SourceProblem): void {
    this.parts.store.update({ problem, announcement: words.sentence(problem.title) })
  }

  private async findCameras(): Promise<void> {
    try {
      this.parts.store.update({ cameras: await listCameras() })
    } catch {
      // Without a list there is nothing to choose from; opening a camera says what is wrong.
    }
  }
}
