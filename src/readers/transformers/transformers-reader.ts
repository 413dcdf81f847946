import type { ReadingProgress } from '../../reading/events.ts'
import type { Reader } from '../../reading/reader.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { ReadingRun } from '../local/reading-run.ts'
import type { Backend } from './backend.ts'
import { noModel } from './errors.ts'
import { type LoadedForeignModel, loadForeignModel } from './load-model.ts'
import type { TransformersModel, TransformersRequest, TransformersStep } from './protocol.ts'
import { ForeignWindowReader } from './window-reader.ts'

/**
 * What a reading takes where nobody chose, for nobody says what such a model was trained on: VidEmo's rate and size of
 * frames, and half as many of them. Each question shows the whole window again, and with sixteen frames the vision graph
 * of even a tiny Qwen2.5-VL is too large for ONNX Runtime's WebAssembly ("Integer overflow").
 */
const frames = { framesPerSecond: 2, minFrames: 2, maxFrames: 8, maxPixels: 105_369 }

/**
 * Reads with any image-text-to-text model in the layout of transformers.js, by stock transformers.js in this very
 * thread: processor, chat template, `generate`. No closed questions, no drafts, no cache kept between questions.
 * The weights are fetched at every load, and kept by the browser's own HTTP cache alone.
 *
 * In a browser transformers.js cannot go on after a session failed to start or to run: `TransformersClient` gives each
 * load a worker of its own.
 */
export class TransformersReader implements Reader<TransformersRequest, TransformersModel, TransformersStep> {
  private readonly openBackend: () => Promise<Backend>
  private backend: Promise<Backend> | undefined
  private loading: AbortController | undefined
  private loaded: LoadedForeignModel | undefined
  private run: ReadingRun | undefined
  private readings = 0

  /** @param openBackend called with the first load: `nodeBackend`, `browserBackend` */
  constructor(openBackend: () => Promise<Backend>) {
    this.openBackend = openBackend
  }

  /** @throws what `loadForeignModel` and `openBackend` throw */
  async load(
    request: TransformersRequest,
    onStep: (step: TransformersStep) => void = () => undefined,
    mayFetch: () => Promise<boolean> = async () => true,
  ): Promise<TransformersModel> {
    this.loading?.abort(new DOMException('Another model was chosen.', 'AbortError'))
    const loading = new AbortController()
    this.loading = loading
    this.backend ??= this.openBackend()
    const backend = await this.backend
    const loaded = await loadForeignModel(request, { backend, signal: loading.signal, onStep, mayFetch })
    await this.unload()
    this.loaded = loaded
    void backend.lost?.then((error) => this.run?.fail(error))
    const { name, dtype } = loaded
    return {
      name,
      source: /^https?:/.test(request.folder) ? { url: request.folder } : { name },
      manifest: { dtype, video: frames },
      provider: backend.device,
      notices: [...backend.notices, 'Read with transformers.js: there is no self-check of its numbers.'],
    }
  }

  async cancelLoad(): Promise<void> {
    this.loading?.abort(new DOMException('The download was stopped.', 'AbortError'))
  }

  /**
   * Starts a reading and ends the one before it.
   *
   * @throws EngineError `no-model`
   */
  async start(request: ReadingRequest): Promise<ReadingRun> {
    const { loaded } = this
    if (!loaded) throw noModel()
    await this.endRun()
    const run = new ReadingRun(
      ++this.readings,
      request,
      (emit, control, asked, shown, stagesNow) =>
        new ForeignWindowReader(loaded.model, frames.maxPixels, asked, emit, control, shown, stagesNow),
    )
    this.run = run
    run.start()
    return run
  }

  async *read(request: ReadingRequest): AsyncGenerator<ReadingProgress> {
    const run = await this.start(request)
    yield* run.read()
  }

  async stop(): Promise<void> {
    this.run?.stop()
  }

  async pause(isPaused: boolean): Promise<void> {
    this.run?.pause(isPaused)
  }

  /** transformers.js does not tell what it holds. */
  async figures(): Promise<undefined> {
    return undefined
  }

  close(): void {
    void this.cancelLoad()
    void this.unload()
  }

  private async endRun(): Promise<void> {
    this.run?.stop()
    await this.run?.finished
  }

  private async unload(): Promise<void> {
    const { loaded } = this
    this.loaded = undefined
    await this.endRun()
    await loaded?.model.dispose()
  }
}
