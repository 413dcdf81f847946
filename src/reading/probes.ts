import type { ClosedQuestion } from '../affect/closed-questions.ts'
import { askingsOf, liveProbes, type OptionOrders } from '../affect/probes/probe-set.ts'
import type { View } from '../affect/view.ts'
import type { Manifest } from '../manifest/manifest.ts'

/** One wording of a question with given options. */
export interface Asking {
  readonly prompt: string
  /** How each option is answered, `(A) happy`; they must differ in one token after what they begin with alike. */
  readonly answers: readonly string[]
}

/** A question with given options, answered by their probabilities. */
export interface Probe<Id extends string = string> {
  readonly id: Id
  /**
   * The same options asked for in one or several ways, a pass each. Log-probabilities are averaged: two orders of the
   * options cancel a liking for early letters.
   */
  readonly askings: readonly Asking[]
  /** Above 0; log-probabilities are divided by it. Default 1. */
  readonly temperature?: number
}

/** Which closed questions somebody wants. */
export interface ProbeChoice {
  readonly isOn: boolean
  readonly orders: OptionOrders
}

/**
 * What a reading asks beside its stages; nothing where that is switched off. A twin is not asked about looks, which are
 * the drawing's.
 */
export function probesFor(
  { isOn, orders }: ProbeChoice,
  manifest: Pick<Manifest, 'calibration'>,
  view: View = 'picture',
): readonly Probe[] {
  if (!isOn) return []
  const temperatures = manifest.calibration?.temperatures
  const asked = liveProbes.filter(({ about }) => view !== 'twin' || about !== 'appearance')
  return asked.filter(isLearnt({ orders }, manifest)).map((question) => ({
    id: question.id,
    askings: askingsOf(question, orders),
    temperature: temperatures?.[question.about]?.[orders] ?? 1,
  }))
}

/** Whether a model was seen to do better at such questions than half of the way from guessing to always right. */
export function isLearnt(
  { orders }: Pick<ProbeChoice, 'orders'>,
  { calibration }: Pick<Manifest, 'calibration'>,
): (question: ClosedQuestion) => boolean {
  return ({ about, options }) => {
    const accuracy = calibration?.accuracy?.[about]?.[orders]
    return accuracy === undefined || accuracy >= (1 + 1 / options.length) / 2
  }
}
