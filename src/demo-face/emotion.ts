/**
 * Emotions from action units, by the prototypes and major variants of the FACS Investigator's Guide (Ekman, Friesen and
 * Hager 2002, table 10-1; first as EMFACS, Friesen and Ekman 1983), as far as they can be told from the twelve drawn
 * units: upper lids (AU5), nose wrinkler (AU9), chin raiser (AU17) and lip stretcher (AU20) are not drawn, and stand in
 * no pattern here. These are conventions about posed faces, no findings about what somebody feels.
 */
import type { sentimentOptions } from '../affect/closed-questions.ts'
import { type ActionUnit, actionUnits, type DfewEmotion, type MafwEmotion } from '../affect/labels.ts'

type Expressed = Exclude<DfewEmotion, 'neutral'>

/** Units that must all be present; ties between equally long patterns go to the emotion that stands first. */
export const prototypes: Readonly<Record<Expressed, readonly (readonly ActionUnit[])[]>> = {
  happy: [['AU12'], ['AU6', 'AU12']],
  fear: [['AU1', 'AU2', 'AU4']],
  angry: [
    ['AU4', 'AU7', 'AU23'],
    ['AU4', 'AU7', 'AU24'],
    ['AU4', 'AU23'],
    ['AU4', 'AU24'],
    ['AU7', 'AU23'],
    ['AU7', 'AU24'],
  ],
  sad: [
    ['AU1', 'AU4'],
    ['AU1', 'AU4', 'AU15'],
    ['AU6', 'AU15'],
  ],
  surprise: [
    ['AU1', 'AU2'],
    ['AU1', 'AU2', 'AU26'],
  ],
  disgust: [['AU10']],
}

const expressed = Object.keys(prototypes) as Expressed[]

const mafwNames: Readonly<Record<DfewEmotion, MafwEmotion>> = {
  happy: 'happiness',
  sad: 'sadness',
  neutral: 'neutral',
  angry: 'anger',
  surprise: 'surprise',
  disgust: 'disgust',
  fear: 'fear',
}

/** The longest pattern of an emotion that these units complete; empty where none is. */
function longest(emotion: Expressed, units: ReadonlySet<ActionUnit>): readonly ActionUnit[] {
  const complete = prototypes[emotion].filter((pattern) => pattern.every((unit) => units.has(unit)))
  return complete.reduce<readonly ActionUnit[]>((best, each) => (each.length > best.length ? each : best), [])
}

/**
 * The emotion whose longest completed prototype has the most units, and those units; neutral where none is complete.
 */
export function emotionOf(units: ReadonlySet<ActionUnit>): {
  readonly emotion: DfewEmotion
  readonly evidence: readonly ActionUnit[]
} {
  let emotion: DfewEmotion = 'neutral'
  let evidence: readonly ActionUnit[] = []
  for (const each of expressed) {
    const pattern = longest(each, units)
    if (pattern.length > evidence.length) [emotion, evidence] = [each, pattern]
  }
  return { emotion, evidence: actionUnits.filter((unit) => evidence.includes(unit)) }
}

/** All emotions with a completed prototype, the one of `emotionOf` first: compound expressions have several. */
export function emotionsOf(units: ReadonlySet<ActionUnit>): readonly MafwEmotion[] {
  const { emotion, evidence } = emotionOf(units)
  // A part of a longer pattern does not count as an emotion: the patterns of sadness and surprise are parts of fear's.
  const others = expressed.filter((each) => {
    const pattern = longest(each, units)
    return each !== emotion && pattern.length > 0 && !pattern.every((unit) => evidence.includes(unit))
  })
  return [emotion, ...others].map((each) => mafwNames[each])
}

export type Sentiment = (typeof sentimentOptions)[number]

/** Surprise alone is neither. */
export function sentimentOf(emotion: DfewEmotion): Sentiment {
  if (emotion === 'happy') return 'positive'
  return emotion === 'neutral' || emotion === 'surprise' ? 'neutral' : 'negative'
}
