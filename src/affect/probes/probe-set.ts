import {
  actionQuestion,
  appearanceQuestion,
  type ClosedQuestion,
  emotionQuestion,
  optionAnswer,
  promptOf,
  sentimentQuestion,
  unitQuestion,
} from '../closed-questions.ts'
import { actionUnits } from '../labels.ts'
import { afterVideo } from '../stage.ts'

/** What a probe is about; probes of a kind share a temperature. */
export type ProbeKind = ClosedQuestion['about']

export const probeKinds = ['emotion', 'sentiment', 'unit', 'appearance', 'action'] as const satisfies ProbeKind[]

/** Closed questions that are asked again and again while a face is watched, the most wanted first. */
export const liveProbes: readonly ClosedQuestion[] = [
  emotionQuestion,
  sentimentQuestion,
  ...actionUnits.map(unitQuestion),
  ...(['smile', 'talk', 'nod', 'shake_head'] as const).map(actionQuestion),
  ...(['eyeglasses', 'wearing_hat'] as const).map(appearanceQuestion),
]

/**
 * Models like some letters more than others. Asked in `both` orders, as it stands and reversed, and averaged, a question
 * with two options is rid of that, and one with more of most of it, for twice the passes.
 */
export const optionOrders = ['given', 'both'] as const
export type OptionOrders = (typeof optionOrders)[number]

/** A question as it follows a video, and how each of its options is answered, in the options' own order. */
export interface ProbeAsking {
  readonly prompt: string
  readonly answers: readonly string[]
}

export function askingsOf(question: Pick<ClosedQuestion, 'question' | 'options'>, orders: OptionOrders): ProbeAsking[] {
  const given = [question.options]
  return (orders === 'given' ? given : [...given, question.options.toReversed()]).map((options) => ({
    prompt: `${afterVideo}${promptOf({ question: question.question, options })}`,
    answers: question.options.map((option) => optionAnswer(options, option)),
  }))
}

/** The option with the highest probability, and the one after it. */
export interface TopOptions {
  readonly first: RankedOption
  readonly second: RankedOption
}

export interface RankedOption {
  readonly label: string
  readonly probability: number
}

/**
 * @param probabilities one an option
 * @returns undefined for fewer than two options
 */
export function topOptions(options: readonly string[], probabilities: readonly number[]): TopOptions | undefined {
  const [first, second] = options
    .map((label, index) => ({ label, probability: probabilities[index] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
  return first && second && { first, second }
}
