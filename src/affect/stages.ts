/**
 * What the model is asked. The prompts are ours: VidEmo's own training questions are not public. Label sets are those
 * of its published evaluation (`labels.ts`): appearances of CelebV-HQ, action units of AffWild2, emotions of DFEW and
 * MAFW. Everything here is a preset; a person may put any prompt in its place (`withPrompts`).
 */
import { actionUnitNames, actionUnits, appearances, dfewEmotions, mafwEmotions } from './labels.ts'

export const stageIds = ['attributes', 'expression', 'emotion'] as const
/** VidEmo reasons bottom up: each stage's answer stays in the conversation and is evidence for the next. */
export type StageId = (typeof stageIds)[number]

export interface Stage {
  readonly id: StageId
  readonly title: string
  /** What the stage reads, for a person. */
  readonly about: string
  /** What the model is asked. */
  readonly prompt: string
  /** The labels its answers are read against; a letter in an answer picks one by its place. */
  readonly labels?: readonly string[]
  /** What a face looks like holds for a window: the answer stands, and is not asked for at every update. */
  readonly isStanding?: boolean
  /** Which kinds of nodes its answers hold, where not only its own. */
  readonly reads?: readonly StageId[]
}

export interface StagePreset {
  readonly id: string
  readonly title: string
  readonly stages: readonly Stage[]
}

/** In VidEmo's published data a full stop follows the video. */
export const afterVideo = '. '

/** It follows what is known of VidEmo's data: prose without prefixes, actions in order of time, options `(A) happy`. */
export const reasoningPreset: StagePreset = {
  id: 'reasoning',
  title: 'Attributes, expression, emotion',
  stages: [
    {
      id: 'attributes',
      title: 'Attributes',
      isStanding: true,
      about: 'What the face looks like: hair, eyes, brows, mouth, what is worn.',
      prompt: `${afterVideo}Describe the facial attributes of the person in the video: apparent age, hair, skin, eyes, eyebrows, nose, mouth, chin, face shape and accessories. Answer directly, without prefixes or suffixes.`,
    },
    {
      id: 'expression',
      title: 'Expression',
      about: 'What the face does over time: brows, eyes, mouth, head.',
      prompt:
        'Describe the facial expressions and head movements of this person in the order in which they happen: what brows, eyes, nose, mouth and head do at first, around the middle, and at the end.',
    },
    {
      id: 'emotion',
      title: 'Emotion',
      about: 'What it appears to express, and the cues that speak for it.',
      prompt: `Which emotion does this person appear to express: ${options(dfewEmotions)}? Name it, then the attributes and expressions that indicate it.`,
      labels: dfewEmotions,
    },
  ],
}

/** Multiple choice, as some of VidEmo's tasks are; the answers are short, and quick on small machines. */
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

/** The reasoning preset over MAFW's eleven emotions, of which several may apply. */
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

/** One description of everything: the instruction is the one that VidEmo's published judge of captions quotes. */
export const captionPreset: StagePreset = {
  id: 'caption',
  title: 'Caption',
  stages: [
    {
      id: 'emotion',
      title: 'Caption',
      about: 'Everybody in the video, described in one text: looks, actions, emotion and surroundings.',
      prompt: `${afterVideo}Directly describe all the subjects in the video by capturing the facial attributes, emotion-related cues, actions and also indicate the environment, lightings, and context, without any additional explanatory prefixes or suffixes.`,
      labels: dfewEmotions,
      reads: stageIds,
    },
  ],
}

export const presets: readonly StagePreset[] = [reasoningPreset, choicesPreset, mafwPreset, captionPreset]

/** The preset of that name; the first one where there is none (settings of an older version). */
export function findPreset(id: string): StagePreset {
  return presets.find((preset) => preset.id === id) ?? reasoningPreset
}

/** A preset in a person's own words. Blank words are no words: the preset's stay. */
export function withPrompts(preset: StagePreset, overrides: Readonly<Partial<Record<StageId, string>>>): StagePreset {
  const stages = preset.stages.map((stage) => {
    const prompt = overrides[stage.id]
    return prompt === undefined || prompt.trim() === '' ? stage : { ...stage, prompt }
  })
  return { ...preset, stages }
}

/** `(A) happy (B) sad ...`; letters last for 26 labels. */
export function options(labels: readonly string[]): string {
  return labels.map((label, index) => `(${String.fromCharCode(65 + index)}) ${label}`).join(' ')
}
