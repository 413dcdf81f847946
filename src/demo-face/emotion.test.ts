import { describe, expect, it } from 'vitest'
import type { ActionUnit, DfewEmotion } from '../affect/labels.ts'
import { emotionOf, emotionsOf, prototypes, sentimentOf } from './emotion.ts'

const of = (...units: ActionUnit[]) => emotionOf(new Set(units))

describe('emotionOf', () => {
  it.each(
    Object.entries(prototypes).flatMap(([emotion, patterns]) => patterns.map((units) => [emotion, units] as const)),
  )('reads %s from its own pattern %j', (emotion, units) => {
    expect(of(...units)).toEqual({ emotion, evidence: units })
  })

  it.each<[ActionUnit[], DfewEmotion, ActionUnit[]]>([
    [[], 'neutral', []],
    [['AU25', 'AU26'], 'neutral', []],
    // Parts of a pattern are no emotion.
    [['AU4'], 'neutral', []],
    [['AU1'], 'neutral', []],
    // Fear has all of sadness and of surprise in it, and one unit more.
    [['AU1', 'AU2', 'AU4'], 'fear', ['AU1', 'AU2', 'AU4']],
    [['AU1', 'AU2', 'AU4', 'AU15'], 'fear', ['AU1', 'AU2', 'AU4']],
    [['AU1', 'AU2', 'AU25', 'AU26'], 'surprise', ['AU1', 'AU2', 'AU26']],
    [['AU6', 'AU12', 'AU25'], 'happy', ['AU6', 'AU12']],
    [['AU4', 'AU7', 'AU10', 'AU24'], 'angry', ['AU4', 'AU7', 'AU24']],
  ])('reads %j as %s', (units, emotion, evidence) => {
    expect(of(...units)).toEqual({ emotion, evidence })
  })

  it('does not depend on the order of the units', () => {
    expect(of('AU26', 'AU2', 'AU1')).toEqual(of('AU1', 'AU2', 'AU26'))
  })
})

describe('emotionsOf', () => {
  it.each<[ActionUnit[], string[]]>([
    [[], ['neutral']],
    [['AU12'], ['happiness']],
    [['AU1', 'AU2', 'AU4'], ['fear']],
    [
      ['AU10', 'AU12'],
      ['happiness', 'disgust'],
    ],
    [
      ['AU1', 'AU2', 'AU12'],
      ['surprise', 'happiness'],
    ],
  ])('names %j %j', (units, names) => {
    expect(emotionsOf(new Set(units))).toEqual(names)
  })
})

it('knows which emotions are pleasant', () => {
  expect((['happy', 'sad', 'neutral', 'surprise', 'fear'] as const).map(sentimentOf)).toEqual([
    'positive',
    'negative',
    'neutral',
    'neutral',
    'negative',
  ])
})
