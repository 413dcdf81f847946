import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { MlpPair } from '../weights/recipe.ts'
import { addColumnPowers, rowPeaks, type StoredRows } from './quantize.ts'

/** Powers of two [channels] f32: up row c is multiplied by factors[c], down column c divided by it. */
export interface Balance {
  readonly factors: Float32Array
}

const blockValues = 1 << 20

/**
 * Measures one MLP and evens out its down projection. A down column shares its quantization blocks, row by row, with
 * 31 neighbours: one loud channel there costs all of them their bits. An up row has blocks of its own, so what the
 * column gives up the row can take at no cost. Powers of two make the exchange exact:
 * silu(g) * (f u) * (d / f) = silu(g) * u * d.
 *
 * @param smallest the least largest-value that an up row may be brought down to, so that its float16 scales stay normal
 * @param onValues told of values read
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
    // Nothing to measure by; a NaN is named when the weight itself is read.
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

/** The powers of two of a balance, for a note of a build. */
export function exponentsOf({ factors }: Balance): number[] {
  return Array.from(factors, (factor) => Math.round(Math.log2(factor)))
}

export function balanceOf(exponents: readonly number[]): Balance {
  return { factors: Float32Array.from(exponents, (exponent) => 2 ** exponent) }
}
