import { BuildError } from '../../base/errors.ts'
import { floatsToHalves } from '../../base/float16.ts'
import type { Checkpoint } from '../checkpoint/checkpoint.ts'
import type { StreamName } from '../output/data-files.ts'
import type { StreamWriter } from '../output/stream-writer.ts'
import type { Balance } from '../precision/balance.ts'
import {
  type BlockFormat,
  blockSize,
  dequantize,
  encodeScales,
  encodeZeroPoints,
  type QuantizedRows,
} from '../precision/block-format.ts'
import { addError, noError, type WeightError, weightError } from '../precision/quantization-error.ts'
import type { QuantizerBackend, StoredRows } from '../precision/quantize.ts'
import type { MatrixPart, WeightRecipe } from './recipe.ts'

/** How many values are read, converted and written at a time: peak memory depends on this, not on tensor sizes. */
const blockValues = 1 << 19

/** Converts weights and writes them to their streams, in blocks of rows. */
export class WeightWriter {
  readonly errors: WeightError[] = []
  /** Steps that are still to be done, oldest first. */
  private readonly queue: (() => Promise<void>)[] = []

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly streams: Readonly<Record<StreamName, StreamWriter>>,
    private readonly balances: ReadonlyMap<string, Balance>,
    private readonly quantizer: QuantizerBackend,
    private readonly onValues: (count: number) => void,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Writes one weight. Its last blocks may still be in the queue when this resolves, so that threads have work while
   * the next weight is read. Throws CheckpointError from reading, BuildError `half-overflow`, `no-space`,
   * `write-failed`.
   */
  async write(recipe: WeightRecipe): Promise<void> {
    const cols = recipe.parts[0].cols + (recipe.parts[0].paddedCols ?? 0)
    if (recipe.kind === 'blocks') return this.writeBlocks(recipe, cols)
    const { external, roundTrip } = recipe
    const put = (values: Float32Array) =>
      this.streams.data.write(external.type === 'f16' ? this.toHalves(external.name, values) : bytesOf(values))
    await this.enqueue(() => this.streams.data.begin(external))
    if (roundTrip) {
      await this.quantizeRows(external.name, recipe.parts, cols, roundTrip, (block, rows) =>
        put(dequantize(block, rows, cols, roundTrip)),
      )
      return
    }
    for await (const { values } of this.rows(recipe.parts, cols)) {
      await this.enqueue(() => put(values))
    }
  }

  /** Waits until everything is written. Call it after the last weight. */
  async flush(): Promise<void> {
    for (let step = this.queue.shift(); step; step = this.queue.shift()) await step()
  }

  private async writeBlocks(recipe: Extract<WeightRecipe, { kind: 'blocks' }>, cols: number): Promise<void> {
    const { format, zeroPoints } = recipe
    const { data, scales } = this.streams
    const zeros: Uint8Array[] = []
    await this.enqueue(async () => {
      await data.begin(recipe.data)
      await scales.begin(recipe.scales)
    })
    await this.quantizeRows(recipe.data.name, recipe.parts, cols, format, async (block) => {
      await data.write(block.data)
      await scales.write(encodeScales(block.scales, format))
      if (zeroPoints) zeros.push(encodeZeroPoints(block.zeroPoints, cols / blockSize, format))
    })
    if (!zeroPoints) return
    await this.enqueue(async () => {
      await scales.begin(zeroPoints)
      for (const bytes of zeros) await scales.write(bytes)
    })
  }

  /** Appends a step; runs the oldest ones while more wait than the quantizer can work on at once. */
  private async enqueue(step: () => Promise<void>): Promise<void> {
    this.queue.push(step)
    while (this.queue.length > this.quantizer.concurrency) await this.queue.shift()?.()
  }

  /** Quantizes all rows. `take` gets the blocks in order, while later ones are being quantized. Records the error. */
  private async quantizeRows(
    weight: string,
    parts: readonly MatrixPart[],
    cols: number,
    format: BlockFormat,
    take: (block: QuantizedRows, rows: number) => Promise<void>,
  ): Promise<void> {
    let error = noError
    let rowsTaken = 0
    for await (const { stored, tensor, firstRow } of this.storedRows(parts, cols)) {
      const { rows } = stored
      const quantizing = this.quantizer.quantize(stored, format)
      // It is awaited in a later step; a failure before that must not count as an unhandled rejection.
      quantizing.catch(() => undefined)
      await this.enqueue(async () => {
        const block = await quantizing
        // Reads the rows once more, checking each value: throws the error that names the first one.
        if (!block.isFinite) await this.checkpoint.readRows(tensor, firstRow, rows, undefined, this.signal)
        error = addError(error, block.error, rowsTaken)
        rowsTaken += rows
        await take(block.rows, rows)
      })
    }
    await this.enqueue(async () => void this.errors.push(weightError(weight, format.bits, error)))
  }

  /** The rows of all parts as they are stored, one part after the other, with their factors. */
  private async *storedRows(
    parts: readonly MatrixPart[],
    cols: number,
  ): AsyncGenerator<{ readonly stored: StoredRows; readonly tensor: string; readonly firstRow: number }> {
    const perBlock = Math.max(1, Math.floor(blockValues / cols))
    for (const part of parts) {
      const { tensor, paddedCols = 0 } = part
      const factors = this.factorsOf(part)
      for (let done = 0; done < part.rows; done += perBlock) {
        this.signal?.throwIfAborted()
        const rows = Math.min(perBlock, part.rows - done)
        const firstRow = (part.firstRow ?? 0) + done
        const { bytes, dtype } = await this.checkpoint.readStoredRows(tensor, firstRow, rows, this.signal)
        if (!isMeasured(part)) this.onValues(rows * part.cols)
        const rowFactors = factors.rows.slice(done, done + rows)
        const stored = { bytes, dtype, rows, cols: part.cols, paddedCols, rowFactors, colFactors: factors.cols }
        yield { stored, tensor, firstRow }
      }
      if (part.paddedRows) {
        const rows = part.paddedRows
        const rowFactors = new Float32Array(rows).fill(1)
        const colFactors = new Float32Array(part.cols).fill(1)
        const bytes = new Uint8Array(rows * part.cols * 4)
        const stored = { bytes, dtype: 'F32' as const, rows, cols: part.cols, paddedCols, rowFactors, colFactors }
        yield { stored, tensor, firstRow: 0 }
      }
    }
  }

  /** The factors f32 [rows] and [cols] by which a part's values are multiplied. */
  private factorsOf(part: MatrixPart): { readonly rows: Float32Array; readonly cols: Float32Array } {
    const rows = new Float32Array(part.rows).fill(part.scale ?? 1)
    const cols = new Float32Array(part.cols).fill(1)
    const balance = part.balance && this.balances.get(part.balance.mlp)
    if (!balance) return { rows, cols }
    if (part.balance?.axis === 'rows') return { rows: rows.map((scale, row) => scale * balance.factors[row]), cols }
    return { rows, cols: cols.map((_, col) => 1 / balance.factors[col]) }
  }

  /** The rows of all parts, one part after the other, scaled and padded. */
  private async *rows(
    parts: readonly MatrixPart[],
    cols: number,
  ): AsyncGenerator<{ readonly values: Float32Array; readonly rows: number }> {
    const perBlock = Math.max(1, Math.floor(blockValues / cols))
    for (const part of parts) {
      const factors = this.factorsOf(part)
      for (let done = 0; done < part.rows; done += perBlock) {
        this.signal?.throwIfAborted()
        const rows = Math.min(perBlock, part.rows - done)
        const first = (part.firstRow ?? 0) + done
        const values = await this.checkpoint.readRows(part.tensor, first, rows, undefined, this.signal)
        for (let row = 0, i = 0; row < rows; row++) {
          const factor = factors.rows[done + row]
          for (let col = 0; col < part.cols; col++, i++) values[i] *= factor * factors.cols[col]
        }
        if (!isMeasured(part)) this.onValues(values.length)
        if (!part.paddedCols) yield { values, rows }
        else {
          const padded = new Float32Array(rows * cols)
          for (let row = 0; row < rows; row++) {
            padded.set(values.subarray(row * part.cols, (row + 1) * part.cols), row * cols)
          }
          yield { values: padded, rows }
        }
      }
      if (part.paddedRows) yield { values: new Float32Array(part.paddedRows * cols), rows: part.paddedRows }
    }
  }

  private toHalves(weight: string, values: Float32Array): Uint8Array {
    const halves = new Uint16Array(values.length)
    const overflows = floatsToHalves(values, halves)
    if (overflows > 0) {
      throw new BuildError({
        code: 'half-overflow',
        message: `${weight}: ${overflows} values are beyond the range of float16.`,
        action: 'Build this checkpoint with --dtype q4, q8 or fp32, which keep float32 scales.',
        subject: weight,
      })
    }
    return bytesOf(halves)
  }
}

/** How many values of the checkpoint are read for the first time when a recipe's weight is written. */
export function valuesRead(recipe: WeightRecipe): number {
  return recipe.parts.reduce((sum, part) => sum + (isMeasured(part) ? 0 : part.rows * part.cols), 0)
}

/** Whether the part was read before, when the balance of its MLP was measured. */
function isMeasured({ balance, cols }: MatrixPart): boolean {
  return balance !== undefined && cols > 1
}

function bytesOf(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
