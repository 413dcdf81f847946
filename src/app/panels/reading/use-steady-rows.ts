import { useRef } from 'react'
import { type StageId, stageIds } from '../../../affect/stages.ts'
import type { AnswerState } from '../../../reading/reading.ts'
import { steadyRows } from './steady-rows.ts'
import type { TreeRow } from './tree-rows.ts'

type Rows = Readonly<Record<StageId, readonly TreeRow[]>>

/**
 * The rows of each stage in steady places, for as long as one thing is read.
 *
 * @param scope of what is read; another one begins anew
 */
export function useSteadyRows(scope: string, rows: Rows, stateOf: (id: StageId) => AnswerState['state']): Rows {
  const kept = useRef<{ readonly scope: string; readonly rows: Rows }>(undefined)
  const before = kept.current?.scope === scope ? kept.current.rows : undefined
  const steady = Object.fromEntries(
    stageIds.map((id) => {
      const now = rows[id]
      if (!before) return [id, now]
      const isWhole = !['thinking', 'streaming'].includes(stateOf(id))
      // Two emotions side by side would be two verdicts: the old one stands until there is another.
      if (id === 'emotion') return [id, now.length > 0 || isWhole ? now : steadyRows(before[id], now, false)]
      return [id, steadyRows(before[id], now, isWhole)]
    }),
  ) as unknown as Rows
  // Giving the rows of before the same rows once more gives the same, so that it does not matter how often this runs.
  kept.current = { scope, rows: steady }
  return steady
}
