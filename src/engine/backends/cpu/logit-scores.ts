import type { Fetches, LogitQuery, LogitScores, Outputs } from '../decoder-backend.ts'

/** Looks numbers up in logits that a run left in host memory. */
export class CpuLogitScores implements LogitScores {
  constructor(private readonly vocabSize: number) {}

  fetches(): Fetches {
    return { logits: null }
  }

  async read({ logits }: Outputs, rows: readonly number[], { picks, as }: LogitQuery): Promise<Float32Array> {
    const values = logits.data as Float32Array
    const rowOf = (row: number) => {
      const start = rows.indexOf(row) * this.vocabSize
      return values.subarray(start, start + this.vocabSize)
    }
    return Float32Array.from(picks, ({ row, id }) => {
      const all = rowOf(row)
      return as === 'logits' ? all[id] : all[id] - logSumExp(all)
    })
  }

  dispose(): void {
    // The logits are the run's own outputs.
  }
}

function logSumExp(values: Float32Array): number {
  let highest = Number.NEGATIVE_INFINITY
  for (const value of values) if (value > highest) highest = value
  let sum = 0
  for (const value of values) sum += Math.exp(value - highest)
  return highest + Math.log(sum)
}
