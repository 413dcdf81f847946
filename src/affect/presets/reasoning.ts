import { dfewEmotions } from '../labels.ts'
import { afterVideo, options, type StagePreset } from '../stage.ts'

/**
 * Attributes, then expression, then emotion, in prose. Its form follows what is known of VidEmo's data: answers without
 * prefixes, actions in order of time, options as `(A) happy`.
 */
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
