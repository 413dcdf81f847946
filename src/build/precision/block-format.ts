import { floatsToHalves } from '../../base/float16.ts'

/**
 * Block quantization along the input axis, in the layout that MatMulNBits and GatherBlockQuantized read: each row is
 * cut into blocks of 32 values; a value is (q - zero) * scale, with q in [0, 2^bits). Without stored zero points, zero
 * is 2^(bits-1).
 */
export interface BlockFormat {
  readonly bits: 4 | 8
  readonly scales: 'f32' | 'f16'
  readonly zeroPoints: boolean
}

export const blockSize = 32

export interface QuantizedRows {
  /** u8 [rows, blocks, 32 * bits / 8]; for 4 bits the low nibble comes first. */
  readonly data: Uint8Array
  /** f32 [rows, blocks], already rounded to the format that scales are stored in. */
  readonly scales: Float32Array
  /** u8 [rows, blocks], one per byte; empty for the symmetric format. */
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

/** The values f32 [rows, cols] that a runtime decodes. */
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

/** The scales in the format that they are stored in. */
export function encodeScales(scales: Float32Array, format: BlockFormat): Uint8Array {
  if (format.scales === 'f32') return new Uint8Array(scales.buffer, scales.byteOffset, scales.byteLength)
  const halves = new Uint16Array(scales.length)
  floatsToHalves(scales, halves)
  return new Uint8Array(halves.buffer)
}

/** The zero points as they are stored: with 4 bits two per byte, each row starting a new byte. */
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
