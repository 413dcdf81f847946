import { floatsToHalves } from '../../base/float16.ts'
import { type FloatDtype, widen } from '../checkpoint/checkpoint.ts'
import { kernelBase64 } from './kernel/quantize-wasm.ts'

/**
 * Block quantization along the input axis, in the layout that MatMulNBits and GatherBlockQuantized read: each row is
 * cut into blocks of 32 values; a value is (q - zero) * scale with q in [0, 2^bits) and zero 2^(bits-1) unless stored.
 */
export interface BlockFormat {
  readonly bits: 4 | 8
  readonly scales: 'f32' | 'f16'
  readonly zeroPoints: boolean
}

export const blockSize = 32

/** Squared sums over a tensor; `plainNoise` is what rounding by the largest value alone would have left. */
export interface QuantizationError {
  readonly values: number
  readonly signal: number
  readonly noise: number
  readonly plainNoise: number
  /** Noise over signal of the worst block, and where it is: -1 where nothing was lost. */
  readonly worstRatio: number
  readonly worstRow: number
  readonly worstBlock: number
}

export interface QuantizedRows {
  /** u8 [rows, blocks, 32 * bits / 8]; for 4 bits the low nibble comes first. */
  readonly data: Uint8Array
  /** f32 [rows, blocks]: the values that the stored scales decode to. */
  readonly scales: Float32Array
  /** u8 [rows, blocks], one a byte, or empty for the symmetric format. */
  readonly zeroPoints: Uint8Array
}

/** Bytes per row of the parts of a quantized matrix with `cols` input channels, a multiple of 32. */
export function rowBytes(cols: number, format: BlockFormat) {
  const blocks = cols / blockSize
  return {
    blocks,
    data: (cols * format.bits) / 8,
    scales: blocks * (format.scales === 'f32' ? 4 : 2),
    zeroPoints: format.zeroPoints ? Math.ceil((blocks * format.bits) / 8) : 0,
  }
}

/** Ratio of powers in decibels; infinite where nothing was lost. */
export function decibels(signal: number, noise: number): number {
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise)
}

/**
 * What the plain scale is stretched by, one trial each; every trial ends in the least-squares scale of its own
 * rounding. Below 1 the extremes are clipped a little so that the many small values are told apart better.
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

/** Rows of a weight as a checkpoint stores them, and what is done to them on the way: all of it in powers of two. */
export interface StoredRows {
  readonly bytes: Uint8Array
  readonly dtype: FloatDtype
  readonly rows: number
  readonly cols: number
  /** Columns of zeros after each row. */
  readonly paddedCols: number
  /** f32 [rows] and [cols]; both are multiplied in. */
  readonly rowFactors: Float32Array
  readonly colFactors: Float32Array
}

/** Some rows of a matrix quantized, and what it cost. */
export interface QuantizedBlock {
  readonly rows: QuantizedRows
  readonly error: QuantizationError
  /** Whether all stored values were finite; the rest means nothing otherwise. */
  readonly isFinite: boolean
}

/** Where blocks of rows are quantized: here, or in threads. */
export interface QuantizerBackend {
  /** Blocks worth having under way at once, besides the one asked for. */
  readonly concurrency: number
  /** Takes `stored.bytes` over: they must not be used afterwards. */
  quantize(stored: StoredRows, format: BlockFormat): Promise<QuantizedBlock>
}

export const sameThread: QuantizerBackend = {
  concurrency: 0,
  quantize: async (stored, format) => quantizeStored(stored, format),
}

/** Stored rows, wide, in the kernel's memory, with `extraBytes` of room after them. */
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

/** Largest magnitudes f32 [rows] of stored rows; those of values that are not finite mean nothing. */
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

/** Quantizes the f32 values at `x`; what follows them in memory is overwritten. */
function run(kernel: Kernel, x: number, rows: number, cols: number, format: BlockFormat) {
  if (cols % blockSize !== 0) throw new RangeError(`${cols} columns are no multiple of ${blockSize}`)
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

export const noError: QuantizationError = {
  values: 0,
  signal: 0,
  noise: 0,
  plainNoise: 0,
  worstRatio: 0,
  worstRow: -1,
  worstBlock: -1,
}

/** The error of rows so far and of the next ones, whose first row has this number. */
export function addError(sum: QuantizationError, next: QuantizationError, firstRow: number): QuantizationError {
  const worse = next.worstRatio > sum.worstRatio
  return {
    values: sum.values + next.values,
    signal: sum.signal + next.signal,
    noise: sum.noise + next.noise,
    plainNoise: sum.plainNoise + next.plainNoise,
    worstRatio: worse ? next.worstRatio : sum.worstRatio,
    worstRow: worse ? firstRow + next.worstRow : sum.worstRow,
    worstBlock: worse ? next.worstBlock : sum.worstBlock,
  }
}

/** The values that a runtime sees: f32 [rows, cols]. */
export function dequantize(quantized: QuantizedRows, rows: number, cols: number, format: BlockFormat): Float32Array {
  const out = new Float32Array(rows * cols)
  const half = 1 << (format.bits - 1)
  for (let i = 0; i < out.length; i++) {
    const block = Math.floor(i / blockSize)
    const stored = format.bits === 4 ? (quantized.data[i >> 1] >> ((i & 1) << 2)) & 15 : quantized.data[i]
    out[i] = (stored - (format.zeroPoints ? quantized.zeroPoints[block] : half)) * quantized.scales[block]
  }
  return out
}

/** The scales as they are stored. */
export function encodeScales(scales: Float32Array, format: BlockFormat): Uint8Array {
  if (format.scales === 'f32') return new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength)
  const halves = new Uint16Array(scales.length)
  floatsToHalves(scales, halves)
  return new Uint8Array(halves.buffer)
}

/** The zero points as they are stored: for 4 bits two a byte, each row starting a new byte. */
export function encodeZeroPoints(zeroPoints: Uint8Array, blocksPerRow: number, format: BlockFormat): Uint8Array {
  if (format.bits === 8) return zeroPoints
  const rows = zeroPoints.length / blocksPerRow
  const bytesPerRow = Math.ceil(blocksPerRow / 2)
  const out = new Uint8Array(rows * bytesPerRow)
  for (let row = 0; row < rows; row++) {
    for (let block = 0; block < blocksPerRow; block++) {
      out[row * bytesPerRow + (block >> 1)] |= zeroPoints[row * blocksPerRow + block] << ((block & 1) << 2)
    }
  }
  return out
}

let kernel: Kernel | undefined

function instantiate(): Kernel {
  const bytes = Uint8Array.from(atob(kernelBase64), (character) => character.charCodeAt(0))
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes))
  return exports as unknown as Kernel
}
