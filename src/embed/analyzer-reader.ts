import { licenceText } from '../manifest/licence-text.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { TransformersClient } from '../readers/transformers/client.ts'
import type { TransformersStep } from '../readers/transformers/protocol.ts'
import { EngineClient } from '../readers/worker/client.ts'
import type { LoadProgress } from '../readers/worker/protocol.ts'
import type { Reader, ReaderModel } from '../reading/reader.ts'
import type { DownloadOffer, LoadStep, ModelFacts } from './api.ts'
import type { CheckedOptions } from './checked-options.ts'

export interface OpenedModel {
  readonly model: ReaderModel
  readonly facts: ModelFacts
}

/** A reader, and its load in the API's words. */
export interface AnalyzerReader {
  /**
   * @param mayFetch asked before the weights are fetched
   * @throws VidemoError, or an AbortError after a no
   */
  load(mayFetch: (offer: DownloadOffer) => Promise<boolean>, onStep: (step: LoadStep) => void): Promise<OpenedModel>
  readonly read: Reader<never>['read']
  close(): void
}

/** Starts the reader that the options name, in a worker of its own. */
export function startReader({ reader, appUrl, bundleUrl }: CheckedOptions): AnalyzerReader {
  return reader === 'transformers' ? transformersReader(appUrl, bundleUrl) : engineReader(appUrl, bundleUrl)
}

function engineReader(appUrl: string, bundleUrl: string): AnalyzerReader {
  const client = new EngineClient({ appUrl })
  return {
    load: async (mayFetch, onStep) => {
      let manifest: Manifest | undefined
      const onProgress = (progress: LoadProgress) => {
        if (progress.type === 'manifest') manifest = progress.manifest
        const step = stepOf(progress)
        if (step) onStep(step)
      }
      const request = { source: { type: 'url', url: bundleUrl } } as const
      const bundle = await client.load(request, onProgress, async () => !manifest || mayFetch(offerOf(manifest)))
      const { name, provider, check, notices } = bundle
      const { dtype, reads } = bundle.manifest
      return {
        model: bundle,
        facts: { name, dtype, provider, check: check.verdict, notices, ...(reads ? { reads } : {}) },
      }
    },
    read: (request, transferred) => client.read(request, transferred),
    close: () => client.close(),
  }
}

function transformersReader(appUrl: string, folder: string): AnalyzerReader {
  const client = new TransformersClient(appUrl)
  return {
    load: async (mayFetch, onStep) => {
      let offer: DownloadOffer = { name: folder, bytes: 0, license: unknownLicence }
      const onProgress = (step: TransformersStep) => {
        if (step.type === 'found') offer = { name: step.name, bytes: step.bytes, license: unknownLicence }
        else if (step.type === 'downloading')
          onStep({ step: 'downloading', doneBytes: step.doneBytes, totalBytes: step.totalBytes })
        else onStep({ step: 'starting' })
      }
      const model = await client.load({ folder }, onProgress, () => mayFetch(offer))
      const { name, manifest, provider, notices } = model
      const facts = {
        name,
        dtype: manifest.dtype,
        provider: provider === 'webgpu' ? provider : 'wasm',
        check: 'unchecked',
        notices,
      } as const
      return { model, facts }
    },
    read: (request, transferred) => client.read(request, transferred),
    close: () => client.close(),
  }
}

/** The layout of transformers.js has no place for it. */
const unknownLicence = 'Its files do not say; look where the model is published.'

function offerOf(manifest: Manifest): DownloadOffer {
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
