import type { Probe } from '../../workers/engine-api.ts'
import type { ClosedQuestion } from '../affect/closed-questions.ts'
import { askingsOf, liveProbes } from '../affect/probes/probe-set.ts'
import { type ProbePoint, smoothingS } from '../affect/probes/smoothing.ts'
import type { Manifest } from '../manifest/manifest.ts'
import type { Settings } from './session-state.ts'

/** What every closed question gave lately, by its id, oldest first. */
export type ProbeHistory = Readonly<Record<string, readonly ProbePoint[]>>

/** How far back the ribbons go. */
export const ribbonS = 60
/** What is older no longer shows in a smoothed line. */
const keptS = ribbonS + 8 * smoothingS

/** What a reading asks beside its stages; nothing where that is switched off. */
export function probesFor(
  { isOn, orders }: Settings['probes'],
  manifest: Pick<Manifest, 'calibration'>,
): readonly Probe[] {
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
  { orders }: Pick<Settings['probes'], 'orders'>,
  { calibration }: Pick<Manifest, 'calibration'>,
): (question: ClosedQuestion) => boolean {
  return ({ about, options }) => {
    const accuracy = calibration?.accuracy?.[about]?.[orders]
    return accuracy === undefined || accuracy >= (1 + 1 / options.length) / 2
  }
}

/** One more answer. Where time has gone back, the question begins anew. */
export function withAnswer(history: ProbeHistory, id: string, point: ProbePoint): ProbeHistory {
  const before = history[id] ?? []
  const last = before.at(-1)
  const kept = last && point.timeS < last.timeS ? [] : before.filter(({ timeS }) => timeS >= point.timeS - keptS)
  return { ...history, [id]: [...kept, point] }
}
