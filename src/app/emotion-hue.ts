import { valueWords } from './words/values.ts'

/** Names of hues from a color-blind-safe set (after Okabe and Ito); see `base.css`. A hue always stands by a label. */
export type EmotionHue = 'happy' | 'sad' | 'angry' | 'fear' | 'disgust' | 'surprise' | 'other' | 'neutral'

/** By the word that a person reads, so that a label and its adjective have one hue. */
const hues: Readonly<Record<string, EmotionHue>> = {
  happy: 'happy',
  joyful: 'happy',
  sad: 'sad',
  disappointed: 'sad',
  helpless: 'sad',
  angry: 'angry',
  contemptuous: 'disgust',
  disgusted: 'disgust',
  afraid: 'fear',
  fearful: 'fear',
  scared: 'fear',
  frightened: 'fear',
  anxious: 'fear',
  surprised: 'surprise',
  neutral: 'neutral',
}

/** The hue of any label, also of one that is in no data set. */
export function emotionHue(label: string): EmotionHue {
  const word = emotionWord(label)
  return Object.hasOwn(hues, word) ? hues[word] : 'other'
}

/** Nouns of the data sets, and those that models write most, as adjectives. */
const adjectives: Readonly<Record<string, string>> = {
  happiness: 'happy',
  joy: 'joyful',
  sadness: 'sad',
  anger: 'angry',
  surprise: 'surprised',
  disgust: 'disgusted',
  fear: 'afraid',
  contempt: 'contemptuous',
  anxiety: 'anxious',
  helplessness: 'helpless',
  disappointment: 'disappointed',
  confusion: 'confused',
  boredom: 'bored',
  amusement: 'amused',
  excitement: 'excited',
}

/**
 * The adjective by which the page calls an emotion: `surprised` for `surprise`, `afraid` for `fear`. What has no entry
 * is shown as the model wrote it. Labels given to the model, in recordings and in exports stay as they are.
 */
export function emotionWord(label: string): string {
  const word = label.replaceAll('_', ' ').toLowerCase()
  return Object.hasOwn(adjectives, word) ? adjectives[word] : word
}

/** `Appears happy`: a label as what a face appears to be. */
export function appearsText(label: string): string {
  return valueWords.appears(emotionWord(label))
}
