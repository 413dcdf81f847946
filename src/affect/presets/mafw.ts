import { mafwEmotions } from '../labels.ts'
import { options, type StagePreset } from '../stage.ts'
import { reasoningPreset } from './reasoning.ts'

/** The reasoning preset with MAFW's eleven emotions, of which several may apply. */
export const mafwPreset: StagePreset = {
  id: 'mafw',
  title: 'Eleven emotions (MAFW)',
  stages: reasoningPreset.stages.map((stage) =>
    stage.id === 'emotion'
      ? {
          ...stage,
          prompt: `Which emotions does this person appear to express: ${options(mafwEmotions)}? Name all that apply, the strongest first, then the attributes and expressions that indicate them.`,
          labels: mafwEmotions,
        }
      : stage,
  ),
}
