import type { Stage } from '../affect/stages.ts'
import type { ReadingOrigin } from './recording.ts'

/** Where a bundle comes from, as the worker tells it. */
interface BundleFacts {
  readonly name: string
  readonly source: { readonly url?: string; readonly name?: string }
  readonly manifest: { readonly dtype: string }
}

/** What a recording, a record of the command line and a reading of the API say of the model: name, place and weights. */
export function modelOrigin({ name, source, manifest }: BundleFacts): ReadingOrigin['model'] {
  return { name, source: source.url ?? source.name ?? name, dtype: manifest.dtype }
}

/** What they say of the questions and the frames; `settings` as the reading was asked for. */
export function settingsOrigin(
  preset: string,
  stages: readonly Pick<Stage, 'id' | 'prompt'>[],
  settings: Omit<ReadingOrigin['settings'], 'preset' | 'stages'>,
): ReadingOrigin['settings'] {
  return { preset, stages: stages.map(({ id, prompt }) => ({ id, prompt })), ...settings }
}
