import { transfer } from 'comlink'
import { EngineError } from '../../base/errors.ts'
import { OpfsStore } from '../../bundles/opfs-store.ts'
import { requireAllowedHost } from '../../bundles/weight-hosts.ts'
import { type DeviceReport, inspectDevice } from '../../device/device.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { ReadingRun } from '../local/reading-run.ts'
import { type LoadedModel, WindowReader } from '../local/window-reader.ts'
import { ModelLoader } from './model-loader.ts'
import type {
  DeviceFigures,
  EngineApi,
  EngineOptions,
  KeptFrame,
  LoadedBundle,
  LoadProgress,
  LoadRequest,
  StorageReport,
} from './protocol.ts'

/** The engine inside the worker: one device, one bundle, one reading at a time. */
export class EngineHost implements EngineApi {
  private readonly store = new OpfsStore()
  private loader: ModelLoader | undefined
  private appUrl = ''
  private model: LoadedModel | undefined
  /** Why the model that was loaded is gone. */
  private lost: EngineError | undefined
  private load: AbortController | undefined
  /** Settles when the latest load has ended, failed or not. */
  private loading: Promise<unknown> = Promise.resolve()
  private loseLoad: (error: EngineError) => void = () => undefined
  private reading: ReadingRun | undefined
  private readings = 0

  open(options: EngineOptions): void {
    this.appUrl = options.appUrl
    this.loader = new ModelLoader(
      options,
      (info) => this.forgetDevice(deviceLost(info)),
      (error) => this.forgetDevice(error),
    )
  }

  async ping(): Promise<number> {
    return this.loader?.gpuUsage?.work ?? 0
  }

  async inspectDevice(): Promise<DeviceReport> {
    return (await inspectDevice()).report
  }

  async loadBundle(
    request: LoadRequest,
    onProgress: (progress: LoadProgress) => void,
    mayFetch: () => Promise<boolean>,
  ): Promise<LoadedBundle> {
    this.load?.abort(new DOMException('Another bundle was chosen.', 'AbortError'))
    const load = new AbortController()
    this.load = load
    if (!this.loader) throw new Error('The engine was not opened.')
    if (request.source.type === 'url') requireAllowedHost(request.source.url, this.appUrl)
    const steps = {
      // A load that has failed may still be finishing what it began: its progress is not reported.
      onProgress: (progress: LoadProgress) => {
        if (!load.signal.aborted) onProgress(progress)
      },
      mayFetch,
      signal: load.signal,
      previousLoad: this.loading,
      unload: () => this.unload(),
    }
    const lost = new Promise<never>((_, reject) => {
      this.loseLoad = reject
    })
    // Creating a session on a lost device never resolves, so the loss of the device ends the load.
    const loaded = this.loader.load(request, steps)
    this.loading = loaded.catch(() => undefined)
    const { model, bundle } = await Promise.race([loaded, lost])
    this.model = model
    this.lost = undefined
    return bundle
  }

  cancelLoad(): void {
    this.load?.abort(new DOMException('The download was stopped.', 'AbortError'))
  }

  async storage(): Promise<StorageReport> {
    const { store } = this
    return { bundles: await store.list(), ...(await store.usage()) }
  }

  removeBundle(key: string): Promise<void> {
    return this.store.remove(key)
  }

  async startReading(request: ReadingRequest): Promise<number> {
    const { model } = this
    if (!model) throw this.lost ?? noModel()
    await this.endReading()
    const reading = new ReadingRun(
      ++this.readings,
      request,
      (emit, control, asked, shown, stagesNow) => new WindowReader(model, asked, emit, control, shown, stagesNow),
    )
    this.reading = reading
    reading.start()
    return reading.number
  }

  async nextEvents(number: number): Promise<ReadingEvent[]> {
    const { reading } = this
    if (reading?.number !== number) return []
    const events = await reading.events.next()
    const images = events.flatMap((event) => (event.type === 'frame' && event.image ? [event.image] : []))
    return transfer(events, images)
  }

  stopReading(): void {
    this.reading?.stop()
  }

  pauseReading(isPaused: boolean): void {
    this.reading?.pause(isPaused)
  }

  async deviceFigures(): Promise<DeviceFigures | undefined> {
    return this.loader?.gpuUsage?.figures()
  }

  async framesOf(update: number): Promise<KeptFrame[]> {
    return [...(this.reading?.framesOf(update) ?? [])]
  }

  loseDevice(): void {
    this.loader?.loseDevice()
  }

  /** Fails everything that uses the device: after it is lost or out of memory, runs never resolve, or give nonsense. */
  private forgetDevice(error: EngineError): void {
    if (this.model) this.lost = error
    this.model = undefined
    this.load?.abort(error)
    this.loseLoad(error)
    this.reading?.fail(error)
  }

  private async endReading(): Promise<void> {
    this.reading?.stop()
    await this.reading?.finished
  }

  private async unload(): Promise<void> {
    await this.endReading()
    const { model } = this
    this.model = undefined
    await model?.decoder.dispose()
    await model?.vision.dispose()
  }
}

function noModel(): EngineError {
  return new EngineError({
    code: 'no-model',
    message: 'No model is loaded.',
    action: 'Wait until the model is loaded, or load one.',
    recoverable: true,
  })
}

function deviceLost(info: GPUDeviceLostInfo): EngineError {
  return new EngineError({
    code: 'device-lost',
    message: `The graphics device was lost${info.message ? `: ${info.message}` : ''}.`,
    action: 'Load the model again; if it happens again, close other pages that use the GPU.',
    recoverable: true,
  })
}
