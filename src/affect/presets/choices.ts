import { actionUnitNames, actionUnits, appearances, dfewEmotions } from '../labels.ts'
import { afterVideo, options, type StagePreset } from '../stage.ts'

/** Multiple choice, as in some of VidEmo's tasks. Its answers are short, which suits slow machines. */
export const choicesPreset: StagePreset = {
  id: 'choices',
  title: 'Multiple choice',
  stages: [
    {
      id: 'attributes',
      title: 'Attributes',
      isStanding: true,
      about: 'Which of 40 appearance labels apply.',
      prompt: `${afterVideo}Which of these describe the appearance of the person in the video: ${appearances.join(', ')}? Answer with all that apply, separated by commas.`,
      labels: appearances,
    },
    {
      id: 'expression',
      title: 'Action units',
      about: 'Which of 12 facial action units are active.',
      prompt: `Which facial action units does this person show: ${options(actionUnits.map((unit) => `${unit} ${actionUnitNames[unit]}`))}? Answer with all that apply, or none.`,
      labels: actionUnits,
    },
    {
      id: 'emotion',
      title: 'Emotion',
      about: 'Which of seven emotions it appears to express.',
      prompt: `Which emotion does this person appear to express: ${options(dfewEmotions)}? Answer with one option.`,
      labels: dfewEmotions,
    },
  ],
}
