/**
 * What the model is asked: the presets to choose from. The prompts are this project's own, because VidEmo's training
 * questions are not public; the label sets are those of its published evaluation (`labels.ts`): appearances of
 * CelebV-HQ, action units of AffWild2, emotions of DFEW and MAFW. A person may replace any prompt (`withPrompts`).
 *
 * To add a label set, write a preset whose stage has it as `labels`, in a file of its own, and name it in `presets`.
 */
import { captionPreset } from './presets/caption.ts'
import { choicesPreset } from './presets/choices.ts'
import { mafwPreset } from './presets/mafw.ts'
import { reasoningPreset } from './presets/reasoning.ts'
import type { StagePreset } from './stage.ts'

export { afterVideo, options, type Stage, type StageId, type StagePreset, stageIds, withPrompts } from './stage.ts'
export { captionPreset, choicesPreset, mafwPreset, reasoningPreset }

export const presets: readonly StagePreset[] = [reasoningPreset, choicesPreset, mafwPreset, captionPreset]

/** The preset of that name; the first one for a name that is unknown, as in settings of another version. */
export function findPreset(id: string): StagePreset {
  return presets.find((preset) => preset.id === id) ?? reasoningPreset
}
