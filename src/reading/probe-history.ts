import type { ProbePoint } from '../affect/probes/smoothing.ts'

/** What one closed question gave about the window at one time. */
export interface ProbeAnswer extends ProbePoint {
  readonly id: string
}

/** What every closed question gave lately, by its id, oldest first. */
export type ProbeHistory = Readonly<Record<string, readonly ProbePoint[]>>

/** How long an answer is kept: as far back as the page draws, and as far before that as smoothing reaches. */
const keptS = 72

/** One more answer. Where time has gone back, the question's history begins anew. */
export function withAnswer(history: ProbeHistory, { id, timeS, probabilities }: ProbeAnswer): ProbeHistory {
  const before = history[id] ?? []
  const last = before.at(-1)
  const kept = last && timeS < last.timeS ? [] : before.filter((point) => point.timeS >= timeS - keptS)
  return { ...history, [id]: [...kept, { timeS, probabilities }] }
}
