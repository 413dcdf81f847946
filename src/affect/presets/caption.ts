import { dfewEmotions } from '../labels.ts'
import { afterVideo, type StagePreset, stageIds } from '../stage.ts'

/** One description of everything, by the instruction that the prompt of VidEmo's published caption judge quotes. */
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
