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

/** What a probe asks about. Probes of a kind share a calibration temperature. */
export type ProbeKind = ClosedQuestion['about']

export const probeKinds = ['emotion', 'sentiment', 'unit', 'appearance', 'action'] as const satisfies ProbeKind[]

/** The closed questions that are asked repeatedly during a live reading, the most important first. */
export const liveProbes: readonly ClosedQuestion[] = [
  emotionQuestion,
  sentimentQuestion,
  ...actionUnits.map(unitQuestion),
  ...(['smile', 'talk', 'nod', 'shake_head'] as const).map(actionQuestion),
  ...(['eyeglasses', 'wearing_hat'] as const).map(appearanceQuestion),
]

/**
 * Models prefer some option letters to others. Asking a question in `both` orders, as given and reversed, and averaging
 * cancels that preference for two options and most of it for more, at the cost of twice the passes.
 */
export const optionOrders = ['given', 'both'] as const
export type OptionOrders = (typeof optionOrders)[number]

/** A question as a prompt after a video, and the answer that picks each option, in the order of the options. */
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

/** The two options with the highest probabilities. */
export interface TopOptions {
  readonly first: RankedOption
  readonly second: RankedOption
}

export interface RankedOption {
  readonly label: string
  readonly probability: number
}

/**
 * @param probabilities one per option
 * @returns undefined for fewer than two options
 */
export function topOptions(options: readonly string[], probabilities: readonly number[]): TopOptions | undefined {
  const [first, second] = options
    .map((label, index) => ({ label, probability: probabilities[index] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
  return first && second && { first, second }
}
