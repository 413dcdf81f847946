import { BuildError } from '../errors.ts'
import type { Balance } from './balance.ts'
import type { Checkpoint } from './checkpoint.ts'
import { floatsToHalves } from '../float16.ts'
import { decibels, dequantize, encodeScales, encodeZeroPoints, Quantizer } from './quantize.ts'
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
const blockValues = 1 << 20

/** Makes the bytes of weights and hands them to their streams, in blocks of rows. */
export class WeightWriter {
  readonly errors: WeightError[] = []

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly streams: Readonly<Record<StreamName, StreamWriter>>,
    private readonly balances: ReadonlyMap<string, Balance>,
    private readonly onValues: (count: number) => void,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Throws CheckpointError from reading, BuildError `half-overflow`, `no-space` or `write-failed`. */
  async write(recipe: WeightRecipe): Promise<void> {
    const cols = recipe.parts[0].cols + (recipe.parts[0].paddedCols ?? 0)
    if (recipe.kind === 'dense') {
      const { external, through } = recipe
      const quantizer = through && new Quantizer(through, cols)
      await this.streams.data.begin(external)
      for await (const { values, rows } of this.rows(recipe.parts, cols)) {
        const seen = quantizer ? dequantize(quantizer.quantize(values, rows), rows, cols, quantizer.format) : values
        await this.streams.data.write(external.type === 'f16' ? this.toHalves(external.name, seen) : bytesOf(seen))
      }
      if (quantizer) this.report(external.name, quantizer)
      return
    }
    const { format } = recipe
    const quantizer = new Quantizer(format, cols)
    const zeroPoints: Uint8Array[] = []
    await this.streams.data.begin(recipe.data)
    await this.streams.scales.begin(recipe.scales)
    for await (const { values, rows } of this.rows(recipe.parts, cols)) {
      const quantized = quantizer.quantize(values, rows)
      await this.streams.data.write(quantized.data)
      await this.streams.scales.write(encodeScales(quantized.scales, format))
      if (recipe.zeroPoints) zeroPoints.push(encodeZeroPoints(quantized.zeroPoints, cols / 32, format))
    }
    if (recipe.zeroPoints) {
      await this.streams.scales.begin(recipe.zeroPoints)
      for (const bytes of zeroPoints) await this.streams.scales.write(bytes)
    }
    this.report(recipe.data.name, quantizer)
  }

  /** Rows of all parts one after the other, scaled, balanced and padded. The yielded array is used again. */
  private async *rows(
    parts: readonly MatrixPart[],
    cols: number,
  ): AsyncGenerator<{ readonly values: Float32Array; readonly rows: number }> {
    const perBlock = Math.max(1, Math.floor(blockValues / cols))
    const padded = new Float32Array(perBlock * cols)
    const read = new Float32Array(perBlock * Math.max(...parts.map((part) => part.cols)))
    for (const part of parts) {
      for (let done = 0; done < part.rows; done += perBlock) {
        this.signal?.throwIfAborted()
        const rows = Math.min(perBlock, part.rows - done)
        const first = (part.firstRow ?? 0) + done
        const values = await this.checkpoint.readRows(part.tensor, first, rows, read, this.signal)
        this.apply(part, values, done, rows)
        this.onValues(values.length)
        if (!part.paddedCols) yield { values, rows }
        else {
          for (let row = 0; row < rows; row++) {
            padded.set(values.subarray(row * part.cols, (row + 1) * part.cols), row * cols)
          }
          yield { values: padded.subarray(0, rows * cols), rows }
        }
      }
      if (part.paddedRows) yield { values: new Float32Array(part.paddedRows * cols), rows: part.paddedRows }
    }
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

  private report(weight: string, quantizer: Quantizer): void {
    const { signal, noise, plainNoise, worstRow, worstBlock, worstSnr } = quantizer.error
    this.errors.push({
      weight,
      bits: quantizer.format.bits,
      values: quantizer.valuesSoFar,
      snr: finite(decibels(signal, noise)),
      plainSnr: finite(decibels(signal, plainNoise)),
      worstBlock: { row: worstRow, block: worstBlock, snr: finite(worstSnr) },
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

