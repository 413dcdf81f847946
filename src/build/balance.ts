import type { Checkpoint } from './checkpoint.ts'
import type { MlpPair } from './weights.ts'

/** Powers of two [channels] f32: up row c is multiplied by factors[c], down column c divided by it. */
export interface Balance {
  readonly factors: Float32Array
}

const blockValues = 1 << 21

/**
 * Measures one MLP and evens out its down projection. A down column shares its quantization blocks, row by row, with
 * 31 neighbours: one loud channel there costs all of them their bits. An up row has blocks of its own, so what the
 * column gives up the row can take at no cost. Powers of two make the exchange exact:
 * silu(g) * (f u) * (d / f) = silu(g) * u * d.
 *
 * @param smallest the least largest-value that an up row may be brought down to, so that its float16 scales stay normal
 */
export async function measureBalance(
  checkpoint: Checkpoint,
  pair: MlpPair,
  smallest: number,
  signal?: AbortSignal,
): Promise<Balance> {
  const { channels, hidden } = pair
  const upPeaks = new Float32Array(channels)
  await eachBlock(checkpoint, pair.up, channels, hidden, signal, (values, firstRow, rows) => {
    for (let row = 0, i = 0; row < rows; row++) {
      let peak = 0
      for (const end = i + hidden; i < end; i++) {
        const magnitude = Math.abs(values[i])
        if (magnitude > peak) peak = magnitude
      }
      upPeaks[firstRow + row] = peak
    }
  })
  const downPower = new Float64Array(channels)
  await eachBlock(checkpoint, pair.down, hidden, channels, signal, (values, _firstRow, rows) => {
    for (let row = 0, i = 0; row < rows; row++) {
      for (let c = 0; c < channels; c++, i++) downPower[c] += values[i] * values[i]
    }
  })
  const typicalPower = median(downPower.filter((power) => power > 0))
  const factors = new Float32Array(channels).fill(1)
  for (let c = 0; c < channels; c++) {
    if (downPower[c] === 0 || upPeaks[c] === 0) continue
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
  visit: (values: Float32Array, firstRow: number, rows: number) => void,
): Promise<void> {
  const perBlock = Math.max(1, Math.floor(blockValues / cols))
  const scratch = new Float32Array(Math.min(perBlock, rows) * cols)
  for (let first = 0; first < rows; first += perBlock) {
    const count = Math.min(perBlock, rows - first)
    visit(await checkpoint.readRows(tensor, first, count, scratch, signal), first, count)
  }
}

function median(values: Float64Array): number {
  const sorted = values.sort()
  return sorted.length === 0 ? 1 : sorted[sorted.length >> 1]
}
