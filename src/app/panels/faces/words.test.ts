import { expect, it } from 'vitest'
import { eventText, faceNumber, flawWord, neutralText, qualityWord, trackWords } from './words.ts'

it('calls faces by their numbers', () => {
  expect(faceNumber('face-12')).toBe('12')
})

it('says what is wrong with a face, the worst first, and nothing of one that is seen well', () => {
  expect(trackWords({ isHere: true, flaws: [] })).toBe('')
  expect(trackWords({ isHere: true, flaws: ['turned-away', 'dark'] })).toBe('turned away, dark')
  expect(trackWords({ isHere: true, flaws: ['still'] })).toBe('does not move: perhaps a picture')
  expect(flawWord('still')).toBe('does not move')
})

it('says one word of a face, where it matters', () => {
  expect(qualityWord({ isHere: true, flaws: ['blurred'] })).toBe('')
  expect(qualityWord({ isHere: true, flaws: ['blurred', 'dark', 'small'] })).toBe('dark')
  expect(qualityWord({ isHere: true, flaws: ['still'] })).toBe('does not move')
  expect(qualityWord({ isHere: false, flaws: ['dark'] })).toBe('not in the picture')
})

it('says of a face that is gone only that', () => {
  expect(trackWords({ isHere: false, flaws: ['dark'] })).toBe('not in the picture')
})

it('gives short events a moment and long ones a beginning and an end', () => {
  expect(eventText({ kind: 'blink', startS: 4.02, endS: 4.2 })).toBe('blink 4.0 s')
  expect(eventText({ kind: 'smile', startS: 2.1, endS: 3.8 })).toBe('smile 2.1–3.8 s')
  expect(eventText({ kind: 'brow-raise', startS: 61, endS: 62 })).toBe('brows raised 1:01.0–1:02.0')
})

it('says against which face movement is measured', () => {
  expect(neutralText({ neutral: 'learning' })).toContain('being learned')
  expect(neutralText({ neutral: 'chosen' })).toContain('that you chose')
})
