import { floatsToHalves } from '../float16.ts'
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
  4: [1, 0.95, 0.9, 0.85, 0.8, 0.75, 1.07],
  8: [1, 0.994, 0.988, 0.982, 1.006],
} as const

interface Kernel {
  readonly memory: WebAssembly.Memory
  readonly signal: WebAssembly.Global
  readonly noise: WebAssembly.Global
  readonly plainNoise: WebAssembly.Global
  readonly worstRatio: WebAssembly.Global
  readonly worstBlock: WebAssembly.Global
  reset(): void
  reserve(bytes: number): number
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

/** Some rows of a matrix quantized, and what it cost. */
export interface QuantizedBlock {
  readonly rows: QuantizedRows
  readonly error: QuantizationError
  /** The array that was given, no longer needed; another one of the same size where it was handed to a thread. */
  readonly spent: Float32Array
}

/** Where blocks of rows are quantized: here, or in threads. */
export interface QuantizerBackend {
  /** Blocks worth having under way at once. */
  readonly concurrency: number
  /** Takes `values` over: they must not be used before the promise settles. */
  quantize(values: Float32Array, rows: number, cols: number, format: BlockFormat): Promise<QuantizedBlock>
}

export const sameThread: QuantizerBackend = {
  concurrency: 0,
  quantize: async (values, rows, cols, format) => ({ ...quantize(values, rows, cols, format), spent: values }),
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
): Omit<QuantizedBlock, 'spent'> {
  if (cols % blockSize !== 0) throw new RangeError(`${cols} columns are no multiple of ${blockSize}`)
  kernel ??= instantiate()
  const count = rows * cols
  const blocks = count / blockSize
  const trials = stretches[format.bits]
  const dataBytes = (count * format.bits) / 8
  const x = kernel.reserve(count * 4 + dataBytes + blocks * 5 + trials.length * 4 + 64)
  const data = x + count * 4
  const scales = data + dataBytes
  const trialsAt = scales + blocks * 4
  const zeros = trialsAt + trials.length * 4
  const memory = kernel.memory.buffer
  new Float32Array(memory, x, count).set(values.subarray(0, count))
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
