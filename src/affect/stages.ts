import { dfewEmotions } from './labels.ts'

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
}

export interface StagePreset {
  readonly id: string
  readonly title: string
  readonly stages: readonly Stage[]
}

/** In VidEmo's published data a full stop follows the video. */
const afterVideo = '. '

/**
 * The prompts are ours: VidEmo's own training questions are not public. They follow what is known of them: prose
 * without prefixes, actions in order of time, options written `(A) happy (B) sad`.
 */
export const reasoningPreset: StagePreset = {
  id: 'reasoning',
  title: 'Attributes, expression, emotion',
  stages: [
    {
      id: 'attributes',
      title: 'Attributes',
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
    },
  ],
}

/** `(A) happy (B) sad ...` */
export function options(labels: readonly string[]): string {
  return labels.map((label, index) => `(${String.fromCharCode(65 + index)}) ${label}`).join(' ')
}
