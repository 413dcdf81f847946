import { type DfewEmotion, dfewEmotions } from '../labels.ts'

/** Valence (how pleasant) and arousal (how activated), each from -1 to 1. */
export interface ValenceArousal {
  readonly valence: number
  readonly arousal: number
}

/**
 * Mean ratings of words on pleasure and arousal: J. A. Russell and A. Mehrabian (1977), "Evidence for a three-factor
 * theory of emotions", Journal of Research in Personality 11, 273-294; the words happy, sad, angry, surprised,
 * disgusted, fearful. Their third factor, dominance, is left out. `neutral` was not among the words: it is set to the
 * middle of both scales.
 */
export const valenceArousal: Readonly<Record<DfewEmotion, ValenceArousal>> = {
  happy: { valence: 0.81, arousal: 0.51 },
  sad: { valence: -0.63, arousal: -0.27 },
  neutral: { valence: 0, arousal: 0 },
  angry: { valence: -0.51, arousal: 0.59 },
  surprise: { valence: 0.4, arousal: 0.67 },
  disgust: { valence: -0.6, arousal: 0.35 },
  fear: { valence: -0.64, arousal: 0.6 },
}

export const valenceArousalSource = 'Russell & Mehrabian 1977'

/**
 * A point derived from the probabilities of DFEW's seven emotions: the mean of their words' ratings, weighted by
 * probability. It is not an output of a model.
 */
export function derivedPoint(probabilities: readonly number[]): ValenceArousal {
  const mean = (axis: keyof ValenceArousal) =>
    dfewEmotions.reduce((sum, emotion, index) => sum + (probabilities[index] ?? 0) * valenceArousal[emotion][axis], 0)
  return { valence: mean('valence'), arousal: mean('arousal') }
}
