import { type ProbePoint, smoothingS } from '../affect/probes/smoothing.ts'

/** What every closed question gave lately, by its id, oldest first. */
export type ProbeHistory = Readonly<Record<string, readonly ProbePoint[]>>

/** How far back the ribbons go. */
export const ribbonS = 60
/** What is older no longer shows in a smoothed line. */
const keptS = ribbonS + 8 * smoothingS

/** One more answer. Where time has gone back, the question begins anew. */
export function withAnswer(history: ProbeHistory, id: string, point: ProbePoint): ProbeHistory {
  const before = history[id] ?? []
  const last = before.at(-1)
  const kept = last && point.timeS < last.timeS ? [] : before.filter(({ timeS }) => timeS >= point.timeS - keptS)
  return { ...history, [id]: [...kept, point] }
}
