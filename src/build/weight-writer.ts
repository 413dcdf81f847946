import { BuildError } from '../errors.ts'
import { floatsToHalves } from '../float16.ts'
import type { Balance } from './balance.ts'
import type { Checkpoint } from './checkpoint.ts'
import {
  addError,
  type BlockFormat,
  blockSize,
  decibels,
  dequantize,
  encodeScales,
  encodeZeroPoints,
  noError,
  type QuantizationError,
  type QuantizedBlock,
  type QuantizedRows,
  type QuantizerBackend,
} from './quantize.ts'
import type { StreamName, StreamWriter } from './storage.ts'
import type { MatrixPart, WeightRecipe } from './weights.ts'

/** What block quantization cost one weight of a graph. Ratios in dB; JSON has no infinity, so `null` means exact. */
export interface WeightError {
  readonly weight: string
  readonly bits: number
  readonly values: number
  readonly snr: number | null
  /** The same with each block's scale taken from its largest value alone. */
  readonly plainSnr: number | null
  readonly worstBlock: { readonly row: number; readonly block: number; readonly snr: number | null }
}

/** Values read, converted and written at a time: peak memory hangs on this and not on the size of a tensor. */
const blockValues = 1 << 19

/** Makes the bytes of weights and hands them to their streams, in blocks of rows. */
export class WeightWriter {
  readonly errors: WeightError[] = []
  private readonly spare: Float32Array[] = []

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly streams: Readonly<Record<StreamName, StreamWriter>>,
    private readonly balances: ReadonlyMap<string, Balance>,
    private readonly quantizer: QuantizerBackend,
    private readonly onValues: (count: number) => void,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Throws CheckpointError from reading, BuildError `half-overflow`, `no-space` or `write-failed`. */
  async write(recipe: WeightRecipe): Promise<void> {
    const cols = recipe.parts[0].cols + (recipe.parts[0].paddedCols ?? 0)
    if (recipe.kind === 'blocks') return this.writeBlocks(recipe, cols)
    const { external, through } = recipe
    await this.streams.data.begin(external)
    const put = (values: Float32Array) =>
      this.streams.data.write(external.type === 'f16' ? this.toHalves(external.name, values) : bytesOf(values))
    if (through) {
      const error = await this.quantized(recipe.parts, cols, through, (block, rows) =>
        put(dequantize(block, rows, cols, through)),
      )
      this.report(external.name, through.bits, error)
      return
    }
    for await (const { values } of this.rows(recipe.parts, cols)) {
      await put(values)
      this.spare.push(values)
    }
  }

  private async writeBlocks(recipe: Extract<WeightRecipe, { kind: 'blocks' }>, cols: number): Promise<void> {
    const { format } = recipe
    const { data, scales } = this.streams
    const zeroPoints: Uint8Array[] = []
    await data.begin(recipe.data)
    await scales.begin(recipe.scales)
    const error = await this.quantized(recipe.parts, cols, format, async (block) => {
      await data.write(block.data)
      await scales.write(encodeScales(block.scales, format))
      if (recipe.zeroPoints) zeroPoints.push(encodeZeroPoints(block.zeroPoints, cols / blockSize, format))
    })
    if (recipe.zeroPoints) {
      await scales.begin(recipe.zeroPoints)
      for (const bytes of zeroPoints) await scales.write(bytes)
    }
    this.report(recipe.data.name, format.bits, error)
  }

  /** Quantizes all rows, some blocks ahead of `take`, which gets them in order. */
  private async quantized(
    parts: readonly MatrixPart[],
    cols: number,
    format: BlockFormat,
    take: (block: QuantizedRows, rows: number) => Promise<void>,
  ): Promise<QuantizationError> {
    const underWay: { readonly rows: number; readonly block: Promise<QuantizedBlock> }[] = []
    let error = noError
    let firstRow = 0
    const takeNext = async () => {
      const next = underWay.shift()
      if (!next) return
      const block = await next.block
      error = addError(error, block.error, firstRow)
      firstRow += next.rows
      await take(block.rows, next.rows)
      this.spare.push(block.spent)
    }
    for await (const { values, rows } of this.rows(parts, cols)) {
      const block = this.quantizer.quantize(values, rows, cols, format)
      // Awaited later; until then a failure is not an unhandled one.
      block.catch(() => undefined)
      underWay.push({ rows, block })
      if (underWay.length > this.quantizer.concurrency) await takeNext()
    }
    while (underWay.length > 0) await takeNext()
    return error
  }

  /** Rows of all parts one after the other, scaled, balanced and padded, in arrays that the caller puts by when spent. */
  private async *rows(
    parts: readonly MatrixPart[],
    cols: number,
  ): AsyncGenerator<{ readonly values: Float32Array; readonly rows: number }> {
    const perBlock = Math.max(1, Math.floor(blockValues / cols))
    for (const part of parts) {
      for (let done = 0; done < part.rows; done += perBlock) {
        this.signal?.throwIfAborted()
        const rows = Math.min(perBlock, part.rows - done)
        const first = (part.firstRow ?? 0) + done
        const read = this.array(rows * part.cols)
        const values = await this.checkpoint.readRows(part.tensor, first, rows, read, this.signal)
        this.apply(part, values, done, rows)
        this.onValues(values.length)
        if (!part.paddedCols) yield { values, rows }
        else {
          const padded = this.array(rows * cols).fill(0)
          for (let row = 0; row < rows; row++) {
            padded.set(values.subarray(row * part.cols, (row + 1) * part.cols), row * cols)
          }
          this.spare.push(values)
          yield { values: padded, rows }
        }
      }
      if (part.paddedRows) yield { values: new Float32Array(part.paddedRows * cols), rows: part.paddedRows }
    }
  }

  /** A spent array, or a new one; all are of the largest size. */
  private array(count: number): Float32Array {
    for (let found = this.spare.pop(); found; found = this.spare.pop()) {
      if (found.buffer.byteLength >= count * 4) return new Float32Array(found.buffer, 0, count)
    }
    return new Float32Array(Math.max(count, blockValues)).subarray(0, count)
  }

  /** Multiplies by the part's factors, in place. */
  private apply(part: MatrixPart, values: Float32Array, firstRow: number, rows: number): void {
    const scale = part.scale ?? 1
    const factors = part.balance && this.balances.get(part.balance.mlp)?.factors
    if (!factors) {
      if (scale !== 1) for (let i = 0; i < values.length; i++) values[i] *= scale
      return
    }
    if (part.balance?.axis === 'rows') {
      for (let row = 0, i = 0; row < rows; row++) {
        const factor = scale * factors[firstRow + row]
        for (const end = i + part.cols; i < end; i++) values[i] *= factor
      }
      return
    }
    const inverse = Float32Array.from(factors, (factor) => scale / factor)
    for (let row = 0, i = 0; row < rows; row++) {
      for (let col = 0; col < part.cols; col++, i++) values[i] *= inverse[col]
    }
  }

  private toHalves(weight: string, values: Float32Array): Uint8Array {
    const halves = new Uint16Array(values.length)
    const overflows = floatsToHalves(values, halves)
    if (overflows > 0) {
      throw new BuildError({
        code: 'half-overflow',
        message: `${weight}: ${overflows} values are beyond float16's range.`,
        action: 'Build this checkpoint with --dtype q4, q8 or fp32, which keep float32 scales.',
        subject: weight,
      })
    }
    return bytesOf(halves)
  }

  private report(weight: string, bits: number, error: QuantizationError): void {
    const { values, signal, noise, plainNoise, worstRow, worstBlock, worstRatio } = error
    this.errors.push({
      weight,
      bits,
      values,
      snr: finite(decibels(signal, noise)),
      plainSnr: finite(decibels(signal, plainNoise)),
      worstBlock: { row: worstRow, block: worstBlock, snr: finite(decibels(1, worstRatio)) },
    })
  }
}

/** Source values that writing a recipe reads. */
export function valuesRead(recipe: WeightRecipe): number {
  return recipe.parts.reduce((sum, part) => sum + part.rows * part.cols, 0)
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

function bytesOf(values: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
