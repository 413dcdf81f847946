import type { ClosedQuestion } from '../affect/closed-questions.ts'
import { askingsOf, liveProbes, type OptionOrders } from '../affect/probes/probe-set.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Probe } from './request.ts'

/** Which closed questions somebody wants. */
export interface ProbeChoice {
  readonly isOn: boolean
  readonly orders: OptionOrders
}

/** What a reading asks beside its stages; nothing where that is switched off. */
export function probesFor({ isOn, orders }: ProbeChoice, manifest: Pick<Manifest, 'calibration'>): readonly Probe[] {
  if (!isOn) return []
  const temperatures = manifest.calibration?.temperatures
  return liveProbes.filter(isLearnt({ orders }, manifest)).map((question) => ({
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
