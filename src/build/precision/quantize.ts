import { type FloatDtype, widen } from '../checkpoint/checkpoint.ts'
import { type BlockFormat, blockSize, type QuantizedRows } from './block-format.ts'
import { kernelBase64 } from './kernel/quantize-wasm.ts'
import type { QuantizationError } from './quantization-error.ts'

/**
 * Factors of the plain scale, one per trial. Each trial ends with the least-squares scale of its own rounding. Factors
 * below 1 clip the extremes a little, which resolves the many small values better.
 */
const stretches = {
  4: [1, 0.93, 0.86, 0.79, 1.07],
  8: [1, 0.994, 0.988, 0.982, 1.006],
} as const

interface Kernel {
  readonly memory: WebAssembly.Memory
  readonly signal: WebAssembly.Global
  readonly noise: WebAssembly.Global
  readonly plainNoise: WebAssembly.Global
  readonly worstRatio: WebAssembly.Global
  readonly worstBlock: WebAssembly.Global
  rowPeaks(from: number, rows: number, cols: number, peaks: number): void
  addColumnPowers(from: number, rows: number, cols: number, sums: number): void
  reset(): void
  reserve(bytes: number): number
  widenBfloat16(from: number, to: number, count: number): number
  scale(
    from: number,
    to: number,
    rows: number,
    cols: number,
    paddedCols: number,
    rowFactors: number,
    colFactors: number,
  ): void
  quantize(
    x: number,
    blocks: number,
    bits: number,
    half: boolean,
    data: number,
    scales: number,
    zeros: number,
    stretches: number,
    trials: number,
  ): void
}

/** Rows of a weight as the checkpoint stores them, with the factors, all powers of two, to apply to them. */
export interface StoredRows {
  readonly bytes: Uint8Array
  readonly dtype: FloatDtype
  readonly rows: number
  readonly cols: number
  /** Columns of zeros after each row. */
  readonly paddedCols: number
  /** f32 [rows] and f32 [cols]: value (r, c) is multiplied by rowFactors[r] * colFactors[c]. */
  readonly rowFactors: Float32Array
  readonly colFactors: Float32Array
}

/** Quantized rows of a matrix, and their error. */
export interface QuantizedBlock {
  readonly rows: QuantizedRows
  readonly error: QuantizationError
  /** Whether all stored values were finite. If not, rows and error are meaningless. */
  readonly isFinite: boolean
}

/** Quantizes blocks of rows, in the calling thread or in others. */
export interface QuantizerBackend {
  /** How many further blocks can usefully be in progress besides the awaited one; 0 in the calling thread. */
  readonly concurrency: number
  /** Takes ownership of `stored.bytes`, which the caller must not use afterward. */
  quantize(stored: StoredRows, format: BlockFormat): Promise<QuantizedBlock>
}

export const sameThread: QuantizerBackend = {
  concurrency: 0,
  quantize: async (stored, format) => quantizeStored(stored, format),
}

/** Loads stored rows into the kernel's memory as float32, and reserves `extraBytes` after them. */
function load(stored: Pick<StoredRows, 'bytes' | 'dtype'>, values: number, extraBytes: number) {
  kernel ??= instantiate()
  const { bytes, dtype } = stored
  const at = align(kernel.reserve(bytes.length + values * 4 + extraBytes + 128))
  const wide = align(at + bytes.length)
  const { buffer } = kernel.memory
  if (dtype !== 'BF16') {
    const areFinite = widen(dtype, bytes, new Float32Array(buffer, wide, values))
    return { kernel, wide, end: align(wide + values * 4), areFinite }
  }
  new Uint8Array(buffer, at, bytes.length).set(bytes)
  const areFinite = Boolean(kernel.widenBfloat16(at, wide, values))
  return { kernel, wide, end: align(wide + values * 4), areFinite }
}

/** Largest magnitude f32 [rows] of each stored row; meaningless for rows that are not finite. */
export function rowPeaks(stored: Pick<StoredRows, 'bytes' | 'dtype'>, rows: number, cols: number): Float32Array {
  const { kernel, wide, end } = load(stored, rows * cols, rows * 4)
  kernel.rowPeaks(wide, rows, cols, end)
  return new Float32Array(kernel.memory.buffer, end, rows).slice()
}

/** Adds the squares of stored rows to `sums` f32 [cols]. */
export function addColumnPowers(
  stored: Pick<StoredRows, 'bytes' | 'dtype'>,
  rows: number,
  cols: number,
  sums: Float32Array,
): void {
  const { kernel, wide, end } = load(stored, rows * cols, cols * 4)
  const inside = new Float32Array(kernel.memory.buffer, end, cols)
  inside.set(sums)
  kernel.addColumnPowers(wide, rows, cols, end)
  sums.set(inside)
}

/** Widens, scales, pads and quantizes rows. `cols + paddedCols` is a multiple of 32. */
export function quantizeStored(stored: StoredRows, format: BlockFormat): QuantizedBlock {
  const { rows, cols, paddedCols, rowFactors, colFactors } = stored
  const padded = rows * (cols + paddedCols)
  const extraBytes = padded * 4 + (rows + cols) * 4 + outputBytes(padded, format) + 64
  const { kernel, wide, end: rowsAt, areFinite } = load(stored, rows * cols, extraBytes)
  const colsAt = align(rowsAt + rows * 4)
  const x = align(colsAt + cols * 4)
  const memory = kernel.memory.buffer
  new Float32Array(memory, rowsAt, rows).set(rowFactors)
  new Float32Array(memory, colsAt, cols).set(colFactors)
  kernel.scale(wide, x, rows, cols, cols + paddedCols, rowsAt, colsAt)
  return { ...run(kernel, x, rows, cols + paddedCols, format), isFinite: areFinite }
}

/**
 * Quantizes rows, choosing each block's scale by the squared error that remains rather than by its largest value
 * alone. The work is done by a WebAssembly kernel (`kernel/assembly/quantize.ts`).
 * @param values f32 [rows, cols], finite; cols is a multiple of 32
 */
export function quantize(
  values: Float32Array,
  rows: number,
  cols: number,
  format: BlockFormat,
): Omit<QuantizedBlock, 'isFinite'> {
  const count = rows * cols
  kernel ??= instantiate()
  const x = align(kernel.reserve(count * 4 + outputBytes(count, format) + 64))
  new Float32Array(kernel.memory.buffer, x, count).set(values.subarray(0, count))
  return run(kernel, x, rows, cols, format)
}

function align(address: number): number {
  return Math.ceil(address / 16) * 16
}

function outputBytes(count: number, format: BlockFormat): number {
  return (count * format.bits) / 8 + (count / blockSize) * 5 + stretches[format.bits].length * 4
}

/** Quantizes the f32 values at address `x`; the memory after them is overwritten. */
function run(kernel: Kernel, x: number, rows: number, cols: number, format: BlockFormat) {
  if (cols % blockSize !== 0) throw new RangeError(`${cols} columns are not a multiple of ${blockSize}`)
  const count = rows * cols
  const blocks = count / blockSize
  const trials = stretches[format.bits]
  const dataBytes = (count * format.bits) / 8
  const data = x + count * 4
  const scales = data + dataBytes
  const trialsAt = scales + blocks * 4
  const zeros = trialsAt + trials.length * 4
  const memory = kernel.memory.buffer
  new Float32Array(memory, trialsAt, trials.length).set(trials)
  kernel.reset()
  const zerosAt = format.zeroPoints ? zeros : 0
  kernel.quantize(x, blocks, format.bits, format.scales === 'f16', data, scales, zerosAt, trialsAt, trials.length)
  const worst = kernel.worstBlock.value
  const perRow = cols / blockSize
  return {
    rows: {
      data: new Uint8Array(memory, data, dataBytes).slice(),
      scales: new Float32Array(memory, scales, blocks).slice(),
      zeroPoints: new Uint8Array(memory, zeros, format.zeroPoints ? blocks : 0).slice(),
    },
    error: {
      values: count,
      signal: kernel.signal.value,
      noise: kernel.noise.value,
      plainNoise: kernel.plainNoise.value,
      worstRatio: kernel.worstRatio.value,
      worstRow: worst < 0 ? -1 : Math.floor(worst / perRow),
      worstBlock: worst < 0 ? -1 : worst % perRow,
    },
  }
}

let kernel: Kernel | undefined

function instantiate(): Kernel {
  const bytes = Uint8Array.from(atob(kernelBase64), (character) => character.charCodeAt(0))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  return exports as unknown as Kernel
}
