/**
 * Questions with given options, each answered by one letter. The prompts are this project's own; label sets are those
 * of VidEmo's published evaluation. To add a question, write it here and name it in `closedQuestions`.
 */
import {
  type Action,
  type ActionUnit,
  type Appearance,
  actions,
  actionUnitNames,
  actionUnits,
  appearances,
  dfewEmotions,
  mafwEmotions,
} from './labels.ts'
import { options } from './stage.ts'

export interface ClosedQuestion {
  /** `emotion`, `AU12`, `eyeglasses`. */
  readonly id: string
  readonly about: 'emotion' | 'sentiment' | 'unit' | 'appearance' | 'action'
  /** The question without its options. */
  readonly question: string
  readonly options: readonly string[]
}

export const yesOrNo = ['yes', 'no'] as const

export const sentimentOptions = ['positive', 'negative', 'neutral'] as const

/** Which of DFEW's seven emotions. */
export const emotionQuestion: ClosedQuestion = {
  id: 'emotion',
  about: 'emotion',
  question: 'Which emotion does this person appear to express',
  options: dfewEmotions,
}

/** Which of MAFW's eleven emotions. */
export const mafwQuestion: ClosedQuestion = {
  id: 'emotion-11',
  about: 'emotion',
  question: 'Which emotion does this person appear to express most',
  options: mafwEmotions,
}

export const sentimentQuestion: ClosedQuestion = {
  id: 'sentiment',
  about: 'sentiment',
  question: 'Which sentiment does this person appear to express',
  options: sentimentOptions,
}

export function unitQuestion(unit: ActionUnit): ClosedQuestion {
  return {
    id: unit,
    about: 'unit',
    question: `Does this person show ${unit} ${actionUnitNames[unit]}`,
    options: yesOrNo,
  }
}

export function appearanceQuestion(label: Appearance): ClosedQuestion {
  return { id: label, about: 'appearance', question: `Does ${label} describe this person`, options: yesOrNo }
}

export function actionQuestion(label: Action | 'blink'): ClosedQuestion {
  return { id: label, about: 'action', question: `Does this person ${label}`, options: yesOrNo }
}

export const closedQuestions: readonly ClosedQuestion[] = [
  emotionQuestion,
  mafwQuestion,
  sentimentQuestion,
  ...actionUnits.map(unitQuestion),
  ...appearances.map(appearanceQuestion),
  ...actions.map(actionQuestion),
]

/** The question with its options, as it is asked: `Does this person nod: (A) yes (B) no? Answer with one option.` */
export function promptOf({ question, options: all }: Pick<ClosedQuestion, 'question' | 'options'>): string {
  return `${question}: ${options(all)}? Answer with one option.`
}

/** The answer that picks an option: `(B) no`. */
export function optionAnswer(all: readonly string[], option: string): string {
  return `(${String.fromCharCode(65 + all.indexOf(option))}) ${option}`
}
