import { optionAnswer } from '../affect/closed-questions.ts'
import { type ActionUnit, actionUnits, type DfewEmotion, dfewEmotions, type MafwEmotion } from '../affect/labels.ts'
import type { Scene } from './face.ts'
import type { DrawnAction, Truth } from './truth.ts'

/**
 * What a truth reads like: prose in the manner of VidEmo's one published answer (looks, actions in order of time, the
 * emotion with its evidence), lists, and options. One wording per fact, so that a small model can learn it.
 */

/** The answers to the three stages of VidEmo's chain. */
export type Answers = Readonly<Record<'attributes' | 'expression' | 'emotion', string>>

export const unitWords: Readonly<Record<ActionUnit, string>> = {
  AU1: 'inner brows raised',
  AU2: 'outer brows raised',
  AU4: 'brows lowered',
  AU6: 'cheeks raised',
  AU7: 'lids tightened',
  AU10: 'upper lip raised',
  AU12: 'lip corners pulled up',
  AU15: 'lip corners pulled down',
  AU23: 'lips tightened',
  AU24: 'lips pressed',
  AU25: 'lips parted',
  AU26: 'jaw dropped',
}

const actionWords: Readonly<Record<DrawnAction, string>> = {
  smile: 'smiles',
  laugh: 'laughs',
  frown: 'frowns',
  nod: 'nods',
  shake_head: 'shakes the head',
  turn: 'turns the head',
  blink: 'blinks',
  close_eyes: 'closes the eyes',
  talk: 'talks',
  yawn: 'yawns',
  look_around: 'looks around',
  wink: 'winks',
}

/** Adjectives for the emotions whose labels are not adjectives. */
const emotionWords: Readonly<Partial<Record<DfewEmotion | MafwEmotion, string>>> = {
  surprise: 'surprised',
  disgust: 'disgusted',
  fear: 'afraid',
  anger: 'angry',
  happiness: 'happy',
  sadness: 'sad',
}

const whenWords = { throughout: 'Throughout the video', beginning: 'At first', end: 'At the end' } as const

const backgroundWords: Readonly<Record<Scene['background'], string>> = {
  plain: 'a plain wall',
  room: 'a room',
  window: 'a window',
  shelves: 'shelves',
  outdoors: 'the outdoors',
  bokeh: 'blurred lights',
}

/** Answers to the reasoning preset. */
export function proseOf(truth: Truth): Answers {
  return { attributes: attributesProse(truth), expression: expressionProse(truth), emotion: emotionProse(truth) }
}

/** Answers to the preset of eleven emotions. */
export function mafwProseOf(truth: Truth): Answers {
  return { ...proseOf(truth), emotion: appears(truth, truth.emotions) }
}

/** Answers to the multiple-choice preset. */
export function choicesOf(truth: Truth): Answers {
  return {
    attributes: truth.appearances.join(', '),
    expression:
      truth.units.length === 0 ? 'none' : truth.units.map((unit) => optionAnswer(actionUnits, unit)).join(', '),
    emotion: optionAnswer(dfewEmotions, truth.emotion),
  }
}

/** The answer to the caption preset. */
export function captionOf(truth: Truth, { background }: Pick<Scene, 'background'>): string {
  const { attributes, expression, emotion } = proseOf(truth)
  return `${attributes} ${expression} ${emotion} The background is ${backgroundWords[background]}.`
}

function attributesProse({ isMale, isYoung, hasFullBeard, appearances }: Truth): string {
  const has = (label: Truth['appearances'][number]) => appearances.includes(label)
  const when = (label: Truth['appearances'][number], words: string) => (has(label) ? [words] : [])
  const colour = (['black', 'blonde', 'gray', 'brown'] as const).find((each) => has(`${each}_hair`))
  const texture = has('wavy_hair') ? 'wavy' : 'straight'
  const hair = has('bald') ? 'a bald head' : `${has('long_hair') ? 'long' : 'short'} ${texture} ${colour} hair`
  const features = [
    ...when('oval_face', 'an oval face'),
    ...when('chubby', 'a chubby face'),
    ...when('pale_skin', 'pale skin'),
    ...when('rosy_cheeks', 'rosy cheeks'),
    hair,
    ...when('bangs', 'bangs'),
    ...when('receding_hairline', 'a receding hairline'),
    ...when('arched_eyebrows', 'arched eyebrows'),
    ...when('bushy_eyebrows', 'bushy eyebrows'),
    ...when('bags_under_eyes', 'bags under the eyes'),
    ...when('big_nose', 'a big nose'),
    ...when('big_lips', 'big lips'),
    ...when('no_beard', 'a clean-shaven chin'),
    ...when('5_o_clock_shadow', 'stubble'),
    ...when('goatee', 'a goatee'),
    ...(hasFullBeard ? ['a full beard'] : []),
    ...when('mustache', 'a mustache'),
  ]
  const worn = [
    ...when('eyeglasses', 'eyeglasses'),
    ...when('sunglasses', 'sunglasses'),
    ...when('wearing_earrings', 'earrings'),
    ...when('wearing_hat', 'a hat'),
    ...when('wearing_lipstick', 'lipstick'),
    ...when('wearing_necklace', 'a necklace'),
    ...when('wearing_necktie', 'a necktie'),
  ]
  const who = `A ${isYoung ? 'young' : 'middle-aged'} ${isMale ? 'man' : 'woman'} with ${features.join(', ')}.`
  return worn.length === 0 ? who : `${who} ${pronoun(isMale)} wears ${worn.join(', ')}.`
}

function expressionProse({ isMale, phases, actions }: Truth): string {
  const sentences = phases.map(({ when, units }) => {
    const shown = units.map((unit) => `${unitWords[unit]} (${unit})`).join(', ')
    return `${whenWords[when]}, ${units.length === 0 ? 'the face is at rest' : shown}.`
  })
  if (actions.length > 0) sentences.push(`${pronoun(isMale)} ${joined(actions.map((action) => actionWords[action]))}.`)
  return sentences.join(' ')
}

function emotionProse(truth: Truth): string {
  return appears(truth, [truth.emotion])
}

function appears({ isMale, evidence }: Truth, emotions: readonly (DfewEmotion | MafwEmotion)[]): string {
  const words = emotions.map((emotion) => emotionWords[emotion] ?? emotion)
  const because = evidence.length === 0 ? '' : `, as indicated by ${joined(evidence.map((unit) => unitWords[unit]))}`
  return `${pronoun(isMale)} appears ${joined(words)}${because}.`
}

function pronoun(isMale: boolean): string {
  return isMale ? 'He' : 'She'
}

/** `a, b and c` */
function joined(words: readonly string[]): string {
  if (words.length < 2) return words.join('')
  return `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`
}
