import type { TreeRow } from './tree-rows.ts'

/**
 * The rows of a stage in places that change as little as can be: what was there keeps its place, what is new takes the
 * place of what went, and while an answer is still growing, what it has not said again stays as that of the answer before.
 *
 * @param isWhole whether the answer is complete, so that what it does not say is gone
 */
export function steadyRows(before: readonly TreeRow[], now: readonly TreeRow[], isWhole: boolean): readonly TreeRow[] {
  const byKey = new Map(now.map((row) => [row.key, row]))
  const places: (TreeRow | undefined)[] = before.map((row) => byKey.get(row.key) ?? (isWhole ? undefined : oldRow(row)))
  const known = new Set(before.map(({ key }) => key))
  for (const row of now) {
    if (known.has(row.key)) continue
    const free = places.indexOf(undefined)
    if (free >= 0) places[free] = row
    else places.push(row)
  }
  // One row moves into each place that is left free, and not all that follow it.
  for (let free = places.indexOf(undefined); free >= 0; free = places.indexOf(undefined)) {
    const last = places.pop()
    if (last && free < places.length) places[free] = last
  }
  return places.filter((row) => row !== undefined)
}

/** Its words are not on the page any more, so that nothing of them can be shown. */
function oldRow(row: TreeRow): TreeRow {
  return row.isOld ? row : { ...row, isOld: true, spans: [], rows: row.rows.map(oldRow) }
}
