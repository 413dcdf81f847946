import type { BundleSource, LoadedBundle, LoadProgress, ReadingRequest } from '../../workers/engine-api.ts'
import { EngineClient } from '../../workers/engine-client.ts'
import { reasoningPreset } from '../affect/stages.ts'
import { licenceText } from '../app/model-kind.ts'
import { probesFor } from '../app/probes.ts'
import { defaultSettings, framesFor } from '../app/settings.ts'
import { type LiveFeed, liveFrames } from '../capture/live-frames.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Analyzer, AnalyzerOptions, createAnalyzer as declared, LoadStep, ModelFacts, Reading } from './api.ts'
import { ReadingCollector } from './reading-collector.ts'

export type * from './api.ts'

export const createAnalyzer: typeof declared = (options) => new WorkerAnalyzer(options)

/** The script's folder lies in the app's, whatever it is called. */
const ownUrl = import.meta.url

class WorkerAnalyzer implements Analyzer {
  readonly ready: Promise<ModelFacts>
  readonly readings: AsyncIterable<Reading>
  private readonly client: EngineClient
  private readonly loaded: Promise<LoadedBundle>
  private feed: LiveFeed | undefined
  private isStopped = false

  constructor(private readonly options: AnalyzerOptions) {
    const appUrl = new URL(options.appUrl ?? new URL('..', ownUrl), document.baseURI).href
    const bundle = options.bundle === undefined ? new URL('models/videmo-tiny/', appUrl) : options.bundle
    this.client = new EngineClient({ appUrl })
    this.loaded = this.load({ type: 'url', url: new URL(bundle, document.baseURI).href })
    this.ready = this.loaded.then(factsOf)
    // Whoever waits is told; who does not need not be.
    this.ready.catch(() => undefined)
    this.readings = this.read()
    options.signal?.addEventListener('abort', () => this.stop(), { once: true })
    if (options.signal?.aborted) this.stop()
  }

  stop(): void {
    this.isStopped = true
    this.feed?.stop()
    this.client.terminate()
  }

  private async load(source: BundleSource): Promise<LoadedBundle> {
    const { mayDownload, onProgress } = this.options
    let manifest: Manifest | undefined
    try {
      return await this.client.loadBundle(
        { source },
        (progress) => {
          if (progress.type === 'manifest') manifest = progress.manifest
          const step = stepOf(progress)
          if (step) onProgress?.(step)
        },
        async () => !manifest || !mayDownload || mayDownload(offerOf(manifest)),
      )
    } catch (error) {
      this.client.terminate()
      throw error
    }
  }

  private async *read(): AsyncGenerator<Reading, void, undefined> {
    try {
      const { manifest } = await this.loaded
      const collector = new ReadingCollector(reasoningPreset.stages)
      const { request, transferred } = this.request(manifest)
      for await (const event of this.client.read(request, transferred)) {
        if (event.type === 'frame') event.image.close()
        const reading = collector.take(event)
        if (reading) yield reading
      }
    } catch (error) {
      if (!this.isStopped || !isEnd(error)) throw error
    } finally {
      this.stop()
    }
  }

  private request(manifest: Manifest): { request: ReadingRequest; transferred: Transferable[] } {
    const { source, maxTokens = 256, framesPerSecond, withProbabilities = true } = this.options
    const frames = framesFor(framesPerSecond === undefined ? {} : { framesPerSecond }, manifest)
    if (source instanceof MediaStream) this.feed = liveFrames(source, { framesPerSecond: frames.framesPerSecond })
    const { feed } = this
    return {
      request: {
        source: source instanceof Blob ? { type: 'file', file: source } : { type: 'live', frames: framesOf(feed) },
        stages: reasoningPreset.stages.map(({ id, prompt }) => ({
          id,
          prompt,
          ...(id === 'attributes' ? { isStanding: true } : {}),
        })),
        probes: probesFor({ ...defaultSettings.probes, isOn: withProbabilities }, manifest),
        settings: { ...frames, maxTokens },
      },
      transferred: feed?.transfer ?? [],
    }
  }
}

function framesOf(feed: LiveFeed | undefined) {
  if (!feed) throw new TypeError('createAnalyzer: source is neither a Blob nor a MediaStream')
  return feed.frames
}

/** What comes of ending the worker is no failure. */
function isEnd(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'worker-died'
}

function factsOf({ name, manifest, provider, check, notices }: LoadedBundle): ModelFacts {
  const { dtype, reads } = manifest
  return { name, dtype, provider, check: check.verdict, notices, ...(reads ? { reads } : {}) }
}

function offerOf(manifest: Manifest) {
  return {
    name: manifest.source.origin,
    bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
    license: licenceText(manifest),
  }
}

function stepOf(progress: LoadProgress): LoadStep | undefined {
  switch (progress.type) {
    case 'downloading': {
      const { doneBytes, totalBytes } = progress
      return { step: 'downloading', doneBytes, totalBytes }
    }
    case 'checking':
    case 'starting':
      return { step: progress.type }
    default:
      return undefined
  }
}
