import { expect, test } from 'vitest'
import { dfewEmotions, mafwEmotions } from '../affect/labels.ts'
import { appearsText, emotionHue, emotionWord } from './emotion-hue.ts'

test('calls the emotions of the data sets by adjectives', () => {
  expect(dfewEmotions.map(emotionWord)).toEqual([
    'happy',
    'sad',
    'neutral',
    'angry',
    'surprised',
    'disgusted',
    'afraid',
  ])
  expect(mafwEmotions.map(emotionWord)).toEqual([
    'angry',
    'disgusted',
    'afraid',
    'happy',
    'neutral',
    'sad',
    'surprised',
    'contemptuous',
    'anxious',
    'helpless',
    'disappointed',
  ])
})

test.each([
  ['surprise', 'Appears surprised'],
  ['Fear', 'Appears afraid'],
  ['fearful', 'Appears fearful'],
  ['mildly_amused', 'Appears mildly amused'],
  ['constructor', 'Appears constructor'],
])('says what a face with the label %s appears to be', (label, text) => {
  expect(appearsText(label)).toBe(text)
})

test('gives a label, its noun and its adjective one hue', () => {
  for (const label of [...dfewEmotions, ...mafwEmotions]) {
    expect(emotionHue(label)).toBe(emotionHue(emotionWord(label)))
    expect(emotionHue(label)).not.toBe('other')
  }
  expect(emotionHue('scared')).toBe('fear')
  expect(emotionHue('toString')).toBe('other')
})
