import { type ProbePoint, smoothingS } from '../affect/probes/smoothing.ts'

/** The recent answers to each closed question by its id, oldest first. */
export type ProbeHistory = Readonly<Record<string, readonly ProbePoint[]>>

/** Seconds that the ribbons show. */
export const ribbonS = 60
/** Answers are kept for this many seconds: older ones no longer show in a smoothed line. */
const keptS = ribbonS + 8 * smoothingS

/** The history with one more answer. If its time is before the last one's, the earlier answers are dropped. */
export function withAnswer(history: ProbeHistory, id: string, point: ProbePoint): ProbeHistory {
  const before = history[id] ?? []
  const last = before.at(-1)
  const kept = last && point.timeS < last.timeS ? [] : before.filter(({ timeS }) => timeS >= point.timeS - keptS)
  return { ...history, [id]: [...kept, point] }
}
