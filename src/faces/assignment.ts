/**
 * The assignment of rows to columns with the least sum of costs (Kuhn's Hungarian method with potentials, after Jonker
 * and Volgenant). A pair that must not be made costs `Infinity`; a row may then stay without a column.
 *
 * @param costs one row for each track, one column for each observation; finite costs are at least 0
 * @returns for each row its column, or -1
 */
export function assigned(costs: readonly (readonly number[])[]): number[] {
  const columns = costs[0]?.length ?? 0
  if (costs.length === 0 || columns === 0) return costs.map(() => -1)
  // Each row may also take a column of its own that means none, dearer than any pair, so that pairs are made where they may be.
  const dear = 1 + costs.flat().reduce((sum, cost) => (Number.isFinite(cost) ? sum + cost : sum), 0)
  const padded = costs.map((row) => [
    ...row.map((cost) => (Number.isFinite(cost) ? cost : dear * 1e3)),
    ...costs.map(() => dear),
  ])
  return hungarian(padded).map((column, row) =>
    column < columns && Number.isFinite(costs[row]?.[column] ?? Infinity) ? column : -1,
  )
}

/** Rows are at most as many as columns; indices count from 1 inside, as 0 stands for none. */
function hungarian(costs: readonly (readonly number[])[]): number[] {
  const rows = costs.length
  const columns = costs[0]?.length ?? 0
  const rowPotential = new Float64Array(rows + 1)
  const columnPotential = new Float64Array(columns + 1)
  const rowOf = new Int32Array(columns + 1)
  const from = new Int32Array(columns + 1)
  for (let row = 1; row <= rows; row++) {
    rowOf[0] = row
    let column = 0
    const least = new Float64Array(columns + 1).fill(Infinity)
    const isUsed = new Uint8Array(columns + 1)
    do {
      isUsed[column] = 1
      const here = rowOf[column] ?? 0
      let delta = Infinity
      let next = 0
      for (let each = 1; each <= columns; each++) {
        if (isUsed[each]) continue
        const reduced = (costs[here - 1]?.[each - 1] ?? 0) - (rowPotential[here] ?? 0) - (columnPotential[each] ?? 0)
        if (reduced < (least[each] ?? 0)) {
          least[each] = reduced
          from[each] = column
        }
        if ((least[each] ?? 0) < delta) {
          delta = least[each] ?? 0
          next = each
        }
      }
      for (let each = 0; each <= columns; each++) {
        if (isUsed[each]) {
          const used = rowOf[each] ?? 0
          rowPotential[used] = (rowPotential[used] ?? 0) + delta
          columnPotential[each] = (columnPotential[each] ?? 0) - delta
        } else least[each] = (least[each] ?? 0) - delta
      }
      column = next
    } while (rowOf[column] !== 0)
    while (column !== 0) {
      const before = from[column] ?? 0
      rowOf[column] = rowOf[before] ?? 0
      column = before
    }
  }
  const columnOf = new Array<number>(rows).fill(-1)
  for (let column = 1; column <= columns; column++) {
    const row = rowOf[column] ?? 0
    if (row > 0) columnOf[row - 1] = column - 1
  }
  return columnOf
}
