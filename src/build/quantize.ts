import { floatToHalf } from '../float16.ts'
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
  readonly signal: number
  readonly noise: number
  readonly plainNoise: number
  /** The block with the lowest signal-to-noise ratio; -1 where nothing was lost. */
  readonly worstRow: number
  readonly worstBlock: number
  readonly worstSnr: number
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
  4: [1, 0.96, 0.92, 0.88, 0.84, 0.8, 0.76, 0.72, 1.04, 1.08, 1.12],
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

/**
 * Quantizes one matrix piece by piece, choosing each block's scale by the squared error that remains rather than by
 * its largest value alone. The work is done by a WebAssembly kernel (`kernel/assembly/quantize.ts`).
 */
export class Quantizer {
  private readonly kernel = instantiate()
  private blocksSoFar = 0
  private worst = { ratio: 0, block: -1 }
  private sums = { signal: 0, noise: 0, plainNoise: 0 }

  constructor(
    readonly format: BlockFormat,
    /** Columns of the matrix; a multiple of 32. */
    readonly cols: number,
  ) {
    if (cols % blockSize !== 0) throw new RangeError(`${cols} columns are no multiple of ${blockSize}`)
  }

  /**
   * The next `rows` rows.
   * @param values f32 [rows, cols], finite
   */
  quantize(values: Float32Array, rows: number): QuantizedRows {
    const { kernel, format } = this
    const count = rows * this.cols
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
    kernel.quantize(
      x,
      blocks,
      format.bits,
      format.scales === 'f16',
      data,
      scales,
      format.zeroPoints ? zeros : 0,
      trialsAt,
      trials.length,
    )
    this.sums.signal += kernel.signal.value
    this.sums.noise += kernel.noise.value
    this.sums.plainNoise += kernel.plainNoise.value
    if (kernel.worstRatio.value > this.worst.ratio) {
      this.worst = { ratio: kernel.worstRatio.value, block: this.blocksSoFar + kernel.worstBlock.value }
    }
    this.blocksSoFar += blocks
    return {
      data: new Uint8Array(memory, data, dataBytes).slice(),
      scales: new Float32Array(memory, scales, blocks).slice(),
      zeroPoints: new Uint8Array(memory, zeros, format.zeroPoints ? blocks : 0).slice(),
    }
  }

  get valuesSoFar(): number {
    return this.blocksSoFar * blockSize
  }

  /** Over everything quantized so far. */
  get error(): QuantizationError {
    const perRow = this.cols / blockSize
    const { ratio, block } = this.worst
    return {
      ...this.sums,
      worstRow: Math.floor(block / perRow),
      worstBlock: block < 0 ? -1 : block % perRow,
      worstSnr: decibels(1, ratio),
    }
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
  return new Uint8Array(Uint16Array.from(scales, floatToHalf).buffer)
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

let compiled: WebAssembly.Module | undefined

function instantiate(): Kernel {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernelBase64), (c) => c.charCodeAt(0)))
  const { exports } = new WebAssembly.Instance(compiled)
  return exports as unknown as Kernel
}
