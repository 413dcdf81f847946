import { reasoningPreset } from '../affect/stages.ts'
import { FaceError } from '../base/errors.ts'
import { type LiveFeed, liveFrames } from '../capture/live-frames.ts'
import { createFold } from '../reading/fold.ts'
import { judge } from '../reading/judge.ts'
import { modelOrigin, settingsOrigin } from '../reading/origin.ts'
import type { ReaderModel } from '../reading/reader.ts'
import { emptyReading, finishedBy, trackOf } from '../reading/reading.ts'
import { type ReadingRequest, type ReadingSource, readingRequest, readingSettings } from '../reading/request.ts'
import { type AnalyzerReader, startReader } from './analyzer-reader.ts'
import type { Analyzer, DownloadOffer, createAnalyzer as declared, LoadStep, ModelFacts, Reading } from './api.ts'
import { type CheckedOptions, checkedOptions, type UsePlace } from './checked-options.ts'
import type { FollowedSource } from './followed-source.ts'
import { readingOfUpdate } from './reading-of-update.ts'
import { downloadDeclined, mayDownloadFailed, noPage, stoppedEarly, type UseError } from './use-error.ts'

export type * from './api.ts'

export const createAnalyzer: typeof declared = (options) => new WorkerAnalyzer(checkedOptions(options, usePlace()))

/** Throws UseError `no-page`. */
function usePlace(): UsePlace {
  if (typeof document === 'undefined') throw noPage()
  // The script's folder lies in the app's, whatever it is called.
  return { pageUrl: document.baseURI, pageOrigin: globalThis.origin, scriptUrl: import.meta.url }
}

class WorkerAnalyzer implements Analyzer {
  readonly ready: Promise<ModelFacts>
  readonly readings: AsyncIterable<Reading>
  /** None where the signal had aborted before. */
  private readonly reader: AnalyzerReader | undefined
  private readonly loaded: Promise<{ readonly model?: ReaderModel; readonly facts: ModelFacts }>
  private feed: LiveFeed | undefined
  private followed: FollowedSource | undefined
  /** With what it was stopped for, where a signal said so. */
  private stopped: { readonly cause: unknown } | undefined

  constructor(private readonly options: CheckedOptions) {
    const { signal } = options
    if (signal?.aborted) this.stopped = { cause: signal.reason }
    else if (!options.measureOnly) this.reader = startReader(options)
    this.loaded = this.load()
    this.ready = this.loaded.then(({ facts }) => facts)
    // Whoever waits is told; who does not need not be.
    this.ready.catch(() => undefined)
    this.readings = this.read()
    signal?.addEventListener('abort', this.onAbort, { once: true })
  }

  stop(): void {
    this.end(undefined)
  }

  private readonly onAbort = () => this.end(this.options.signal?.reason)

  private end(cause: unknown): void {
    if (this.stopped) return
    this.stopped = { cause }
    this.options.signal?.removeEventListener('abort', this.onAbort)
    this.feed?.stop()
    this.reader?.close()
    this.followed?.close()
  }

  private async load(): Promise<{ readonly model?: ReaderModel; readonly facts: ModelFacts }> {
    const { reader, options } = this
    if (!reader) return { facts: await this.loadFaces(options) }
    /** Why the worker was told no. */
    let refusal: UseError | undefined
    const mayFetch = async (offer: DownloadOffer): Promise<boolean> => {
      const { mayDownload } = this.options
      if (!mayDownload) return true
      try {
        if ((await mayDownload(offer)) === true) return true
        refusal = downloadDeclined(offer.name)
      } catch (error) {
        refusal = mayDownloadFailed(error)
      }
      return false
    }
    try {
      return await reader.load(mayFetch, (step) => this.tell(step))
    } catch (error) {
      reader.close()
      if (this.stopped) throw stoppedEarly(this.stopped.cause)
      throw refusal ?? error
    }
  }

  /** Of `measureOnly`. Throws FaceError, or UseError `stopped`. */
  private async loadFaces({ onProgress }: CheckedOptions): Promise<ModelFacts> {
    const cause = () => this.stopped?.cause
    if (this.stopped) throw stoppedEarly(cause())
    if (onProgress) this.tell({ step: 'starting' })
    await this.follow().catch((error: unknown) => {
      throw this.stopped ? stoppedEarly(cause()) : error
    })
    if (this.stopped) throw stoppedEarly(cause())
    return { name: 'faces', dtype: 'fp16', provider: 'wasm', check: 'unchecked', notices: [] }
  }

  /** Begins to follow faces. Its code is fetched only here. */
  private async follow(): Promise<FollowedSource | undefined> {
    const { faces } = this.options
    if (!faces) return undefined
    const { FollowedSource } = await import('./followed-source.ts')
    const followed = await FollowedSource.open(this.options, faces)
    this.followed = followed
    // It was ended meanwhile.
    if (this.stopped) followed.close()
    return followed
  }

  /** What the caller's function throws is the caller's to see, and ends nothing here. */
  private tell(step: LoadStep): void {
    try {
      this.options.onProgress?.(step)
    } catch (error) {
      reportError(error)
    }
  }

  private async *read(): AsyncGenerator<Reading, void, undefined> {
    try {
      const { model, facts } = await this.loaded
      if (this.stopped) return
      if (!this.reader || !model) {
        await this.followed?.measured
        return
      }
      const { request, transferred } = await this.request(model.manifest, facts)
      if (this.stopped) return
      const { id, stages } = reasoningPreset
      const origin = { model: modelOrigin(model), settings: settingsOrigin(id, stages, request.settings) }
      const fold = createFold(stages, () => judge)
      let state = emptyReading
      for await (const event of this.reader.read(request, transferred)) {
        if (event.type === 'frame') event.image?.close()
        const before = state
        state = fold.take(before, event)
        for (const update of finishedBy(before, state)) {
          yield readingOfUpdate(update, trackOf(state, update.track), origin)
        }
      }
    } catch (error) {
      if (!this.stopped || !isEnd(error)) throw error
    } finally {
      this.stop()
    }
  }

  private async request(
    manifest: ReaderModel['manifest'],
    facts: ModelFacts,
  ): Promise<{ request: ReadingRequest; transferred: Transferable[] }> {
    const { source, maxTokens, framesPerSecond, withProbabilities } = this.options
    const settings = readingSettings({ framesPerSecond, maxTokens }, manifest)
    const { stages } = reasoningPreset
    const probes = { isOn: withProbabilities, orders: 'given' } as const
    const shown = await this.shownFaces(facts)
    const asked = (from: ReadingSource) =>
      readingRequest({ source: from, stages, settings, probes, ...(shown ? { faces: shown.faces } : {}) }, manifest)
    const ports = shown?.transferred ?? []
    if (source.type === 'file') return { request: asked(source), transferred: ports }
    const feed = liveFrames(source.stream, { framesPerSecond: settings.framesPerSecond })
    this.feed = feed
    return { request: asked({ type: 'live', frames: feed.frames }), transferred: [...feed.transfer, ...ports] }
  }

  /** Where faces cannot be followed, the whole picture is read, unless only a face or its twin was asked for. */
  private async shownFaces(facts: ModelFacts) {
    try {
      const followed = await this.follow()
      return await followed?.requestFor(facts)
    } catch (error) {
      const { view } = this.options.faces ?? {}
      const isNeedless = view === 'auto' || view === 'picture'
      if (!isNeedless || !(error instanceof FaceError)) throw error
      console.warn(`${error.message} ${error.action}`)
      return undefined
    }
  }
}

/** What comes of ending the worker is no failure. */
function isEnd(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['worker-died', 'faces-lost', 'stopped'].includes(String(error.code))
  )
}
