/** Names of hues from a colour-blind-safe set (after Okabe and Ito); see `base.css`. A hue always stands by a label. */
export type EmotionHue = 'happy' | 'sad' | 'angry' | 'fear' | 'disgust' | 'surprise' | 'other' | 'neutral'

const hues: Readonly<Record<string, EmotionHue>> = {
  happy: 'happy',
  happiness: 'happy',
  sad: 'sad',
  sadness: 'sad',
  disappointment: 'sad',
  helplessness: 'sad',
  angry: 'angry',
  anger: 'angry',
  contempt: 'disgust',
  disgust: 'disgust',
  fear: 'fear',
  anxiety: 'fear',
  surprise: 'surprise',
  neutral: 'neutral',
}

/** The hue of any label, also of one that is in no data set. */
export function emotionHue(label: string): EmotionHue {
  return Object.hasOwn(hues, label) ? hues[label] : 'other'
}

const adjectives: Readonly<Record<string, string>> = {
  surprise: 'surprised',
  disgust: 'disgusted',
  fear: 'afraid',
  anger: 'angry',
  happiness: 'happy',
  sadness: 'sad',
  contempt: 'contemptuous',
  anxiety: 'anxious',
  helplessness: 'helpless',
  disappointment: 'disappointed',
}

/** `Appears happy`: a label of the data sets as what a face appears to be. */
export function appearsText(label: string): string {
  const word = Object.hasOwn(adjectives, label) ? adjectives[label] : label.replaceAll('_', ' ')
  return `Appears ${word}`
}
