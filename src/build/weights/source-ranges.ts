import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { SourceRange } from '../checkpoint/source.ts'
import type { PlacedGraph } from '../output/placed-graph.ts'
import type { FinishedWeights } from '../resume/finished-weights.ts'
import { balancedMlp, pairNamed } from './recipe.ts'
import { valuesRead } from './weight-writer.ts'

/** How many values of the checkpoint a build reads, each counted once. */
export function totalValues(graphs: readonly PlacedGraph[]): number {
  let count = 0
  for (const { planned } of graphs) {
    for (const recipe of planned.layers.recipes) count += valuesRead(recipe)
    for (const { channels, hidden } of planned.pairs) count += 2 * channels * hidden
  }
  return count
}

/** Where the weights that are still to be written lie in the checkpoint, in the order in which they are read. */
export function sourceRanges(
  checkpoint: Checkpoint,
  graphs: readonly PlacedGraph[],
  finished: FinishedWeights,
): SourceRange[] {
  const ranges: SourceRange[] = []
  const add = (tensor: string, firstRow = 0, rows?: number) => {
    const { file, begin, end, shape } = checkpoint.tensor(tensor)
    const rowBytes = (end - begin) / (shape[0] ?? 1)
    const last = rows === undefined ? end : begin + (firstRow + rows) * rowBytes
    ranges.push({ file, begin: begin + firstRow * rowBytes, end: last })
  }
  let index = 0
  for (const { planned } of graphs) {
    const measured = new Set(finished.balances.keys())
    for (const recipe of planned.layers.recipes) {
      if (index++ < finished.count) continue
      const mlp = balancedMlp(recipe)
      if (mlp !== undefined && !measured.has(mlp)) {
        measured.add(mlp)
        const { up, down } = pairNamed(planned.pairs, mlp)
        add(up)
        add(down)
      }
      for (const { tensor, firstRow, rows } of recipe.parts) add(tensor, firstRow, rows)
    }
  }
  return ranges
}
