import type { Stage } from '../../affect/stages.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import { type ReadingSettings, readingSettings } from '../../reading/request.ts'
import { isPlaceholder } from '../model-kind.ts'
import { promptOf, stagesOf } from '../presets.ts'
import type { Settings } from './session-state.ts'

/** Tokens of an answer at most where the weights are random: words without meaning need no length. */
const placeholderTokens = 48

/** The stages that the settings switch on, with the person's own words where they have any. */
export function chosenStages(settings: Settings): readonly Stage[] {
  return stagesOf(settings).map((stage) => ({ ...stage, prompt: promptOf(settings, stage.id) }))
}

/**
 * How a reading is made: what the settings choose, and for the rest as the bundle's model was trained. Sampling has
 * another seed each time.
 *
 * @param mostTokens in place of the settings'; for tests
 */
export function chosenSettings(
  settings: Settings,
  manifest: Manifest,
  mostTokens: number | undefined,
): ReadingSettings {
  const { sampling, ...chosen } = settings.reading
  const { isOn, temperature, topP } = sampling
  const maxTokens = mostTokens ?? (isPlaceholder(manifest) ? placeholderTokens : chosen.maxTokens)
  return readingSettings(
    { ...chosen, maxTokens, ...(isOn ? { sampling: { temperature, topP, seed: newSeed() } } : {}) },
    manifest,
  )
}

function newSeed(): number {
  const [seed] = crypto.getRandomValues(new Uint32Array(1))
  return seed
}
