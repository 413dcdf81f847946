import type { ProbeHistory } from '../reading/probe-history.ts'
import type { RecordedReading } from './session/session-state.ts'

/**
 * What closed questions had given by a time of a finished reading, s: of each question its answers up to then, the
 * newest last. A question whose answers all came later keeps its first, so that a reading shows its probabilities from
 * its beginning on.
 */
export function probesAt({ probes }: Pick<RecordedReading, 'probes'>, timeS: number): ProbeHistory {
  const history: Record<string, { readonly timeS: number; readonly probabilities: readonly number[] }[]> = {}
  for (const { id, ...point } of probes) {
    const points = history[id]
    if (!points) history[id] = [point]
    else if (point.timeS <= timeS) points.push(point)
  }
  return history
}
