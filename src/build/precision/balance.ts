import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { MlpPair } from '../weights/recipe.ts'
import { addColumnPowers, rowPeaks, type StoredRows } from './quantize.ts'

/** Powers of two f32 [channels]: row c of the up projection is multiplied by factors[c], column c of down divided. */
export interface Balance {
  readonly factors: Float32Array
}

const blockValues = 1 << 20

/**
 * Measures one MLP to equalize the columns of its down projection. In every row of it, 32 columns share a quantization
 * block, so one channel with large values coarsens the 31 beside it. A row of the up projection has blocks of its own
 * and can be scaled at no cost, so the column's factor moves there. With powers of two this is exact:
 * silu(g) * (f u) * (d / f) = silu(g) * u * d.
 *
 * @param smallest the largest magnitude of an up row is not scaled below this; see `smallestUpPeak`
 * @param onValues called with the number of values that were read
 */
export async function measureBalance(
  checkpoint: Checkpoint,
  pair: MlpPair,
  smallest: number,
  onValues: (count: number) => void,
  signal?: AbortSignal,
): Promise<Balance> {
  const { channels, hidden } = pair
  const upPeaks = new Float32Array(channels)
  await eachBlock(checkpoint, pair.up, channels, hidden, signal, (stored, firstRow, rows) => {
    upPeaks.set(rowPeaks(stored, rows, hidden), firstRow)
    onValues(rows * hidden)
  })
  const downPower = new Float32Array(channels)
  await eachBlock(checkpoint, pair.down, hidden, channels, signal, (stored, _firstRow, rows) => {
    addColumnPowers(stored, rows, channels, downPower)
    onValues(rows * channels)
  })
  const typicalPower = median(downPower.filter((power) => power > 0))
  const factors = new Float32Array(channels).fill(1)
  for (let c = 0; c < channels; c++) {
    // All zero, or NaN, which is reported when the weight itself is read.
    if (!(downPower[c] > 0 && upPeaks[c] > 0)) continue
    const wanted = Math.round(0.5 * Math.log2(downPower[c] / typicalPower))
    const lowest = Math.min(0, Math.ceil(Math.log2(smallest / upPeaks[c])))
    factors[c] = 2 ** Math.min(Math.max(wanted, lowest), 16)
  }
  return { factors }
}

async function eachBlock(
  checkpoint: Checkpoint,
  tensor: string,
  rows: number,
  cols: number,
  signal: AbortSignal | undefined,
  visit: (stored: Pick<StoredRows, 'bytes' | 'dtype'>, firstRow: number, rows: number) => void,
): Promise<void> {
  const perBlock = Math.max(1, Math.floor(blockValues / cols))
  for (let first = 0; first < rows; first += perBlock) {
    const count = Math.min(perBlock, rows - first)
    visit(await checkpoint.readStoredRows(tensor, first, count, signal), first, count)
  }
}

function median(values: Float32Array): number {
  const sorted = values.sort()
  return sorted.length === 0 ? 1 : sorted[sorted.length >> 1]
}

/** The exponents of a balance's powers of two, as the journal notes them. */
export function exponentsOf({ factors }: Balance): number[] {
  return Array.from(factors, (factor) => Math.round(Math.log2(factor)))
}

/** The balance of noted exponents. */
export function balanceOf(exponents: readonly number[]): Balance {
  return { factors: Float32Array.from(exponents, (exponent) => 2 ** exponent) }
}
