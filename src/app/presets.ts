import { findPreset, type Stage, type StageId } from '../affect/stages.ts'
import type { Settings } from './session/session-state.ts'

export { findPreset as presetOf, presets } from '../affect/stages.ts'

/** What a stage asks: the person's own words, or the preset's. */
export function promptOf(settings: Pick<Settings, 'preset' | 'prompts'>, stage: StageId): string {
  return settings.prompts[stage] ?? findPreset(settings.preset).stages.find(({ id }) => id === stage)?.prompt ?? ''
}

/** The stages of the chosen preset that are switched on; all of them if none is on. */
export function stagesOf({ preset, stagesOn }: Pick<Settings, 'preset' | 'stagesOn'>): readonly Stage[] {
  const { stages } = findPreset(preset)
  const on = stages.filter(({ id }) => stagesOn[id])
  return on.length > 0 ? on : stages
}
