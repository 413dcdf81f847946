import { EngineError } from '../../base/errors.ts'
import type { Runtime } from '../../engine/backends/runtime.ts'
import { type BundleFiles, openBundle } from '../../engine/bundle.ts'
import { Decoder } from '../../engine/decoder.ts'
import { disposeAfterFailure } from '../../engine/disposal.ts'
import { bannedIds } from '../../engine/update.ts'
import { VisionEncoder } from '../../engine/vision-encoder.ts'
import type { ReadingProgress } from '../../reading/events.ts'
import type { Reader, ReaderModel } from '../../reading/reader.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { ReadingRun } from '../local/reading-run.ts'
import type { MakeCanvas } from '../local/twin-painter.ts'
import { type LoadedModel, WindowReader } from '../local/window-reader.ts'

/** A bundle's files, and where they lie. */
export interface InProcessSource {
  readonly name: string
  readonly files: BundleFiles
}

/** The engine in the caller's own thread, on the runtime that it is given: for Node and for tests. */
export class InProcessReader implements Reader<InProcessSource> {
  private model: LoadedModel | undefined
  private run: ReadingRun | undefined
  private readings = 0

  /**
   * @param runtime for example `nodeCpuRuntime()`
   * @param makeCanvas what twins of faces are drawn on, where there is no OffscreenCanvas: one of @napi-rs/canvas in Node
   */
  constructor(
    private readonly runtime: Runtime,
    private readonly makeCanvas?: MakeCanvas,
  ) {}

  /** @throws BundleError and ConfigError of a bundle that is damaged, EngineError `session-failed`, `out-of-memory` */
  async load({ name, files }: InProcessSource): Promise<ReaderModel> {
    const bundle = await openBundle(files)
    const vision = await VisionEncoder.create(this.runtime, bundle)
    let decoder: Decoder
    try {
      decoder = await Decoder.create(this.runtime, bundle, { capacity: 1, bannedIds: bannedIds(bundle) })
    } catch (error) {
      await disposeAfterFailure(vision)
      throw error
    }
    await this.unload()
    this.model = { runtime: this.runtime, bundle, vision, decoder }
    return { name, source: { name }, manifest: bundle.manifest, notices: [] }
  }

  /** Nothing is fetched, so that there is nothing to end. */
  async cancelLoad(): Promise<void> {}

  async *read(request: ReadingRequest): AsyncGenerator<ReadingProgress> {
    const { model } = this
    if (!model) throw noModel()
    await this.endRun()
    const run = new ReadingRun(
      ++this.readings,
      request,
      (emit, control, asked, shown, stagesNow) => new WindowReader(model, asked, emit, control, shown, stagesNow),
      this.makeCanvas,
    )
    this.run = run
    run.start()
    yield* run.read()
  }

  async stop(): Promise<void> {
    this.run?.stop()
  }

  async pause(isPaused: boolean): Promise<void> {
    this.run?.pause(isPaused)
  }

  /** The processor's memory is not counted. */
  async figures(): Promise<undefined> {
    return undefined
  }

  close(): void {
    void this.unload()
  }

  private async endRun(): Promise<void> {
    this.run?.stop()
    await this.run?.finished
  }

  private async unload(): Promise<void> {
    const { model } = this
    this.model = undefined
    await this.endRun()
    await disposeAfterFailure(model?.decoder, model?.vision)
  }
}

function noModel(): EngineError {
  return new EngineError({
    code: 'no-model',
    message: 'No model is loaded.',
    action: 'Load one, and wait until it is there.',
    recoverable: true,
  })
}
