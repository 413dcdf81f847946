import { BuildError } from '../../base/errors.ts'
import type { Dtype, Manifest } from '../../manifest/manifest.ts'
import type { Qwen25VLConfig } from '../../qwen25vl/index.ts'
import { type BlockFormat, blockSize } from './block-format.ts'
import {
  type Headroom,
  halfHeadroom,
  type LinearStorage,
  noHeadroom,
  type Precision,
  type Precisions,
} from './precision.ts'

/** The options that decide how weights are stored; see `BuildOptions`. */
export interface PrecisionOptions {
  readonly dtype: Dtype
  readonly embedBits?: 4 | 8
  readonly visionBits?: 4 | 8 | 16
  readonly zeroPoints?: boolean
  readonly dequantized?: boolean
}

/** Bits per value of linear layers, token table and vision tower. */
export function bitsOf(options: Pick<PrecisionOptions, 'dtype' | 'embedBits' | 'visionBits'>): Manifest['bits'] {
  const linear = { fp32: 32, fp16: 16, q8: 8, q4: 4, q4f16: 4 }[options.dtype]
  const isQuantized = linear < 16
  return {
    linear,
    embedding: isQuantized ? (options.embedBits ?? linear) : linear,
    vision: isQuantized ? (options.visionBits ?? linear) : linear,
  }
}

export function precisionsOf(options: PrecisionOptions): Precisions {
  const { dtype, zeroPoints = false, dequantized = false } = options
  const bits = bitsOf(options)
  const compute = dtype === 'fp16' || dtype === 'q4f16' ? 'f16' : 'f32'
  const storage = (width: number, scales: 'f32' | 'f16', hasZeroPoints: boolean): LinearStorage => {
    if (width === 32) return { kind: 'dense', type: 'f32' }
    if (width === 16) return { kind: 'dense', type: dequantized ? 'f32' : 'f16' }
    const format: BlockFormat = { bits: width === 8 ? 8 : 4, scales, zeroPoints: hasZeroPoints }
    return dequantized ? { kind: 'dense', type: 'f32', roundTrip: format } : { kind: 'blocks', format }
  }
  const precision = (width: number): Precision => ({
    compute: dequantized ? 'f32' : compute,
    linear: storage(width, compute, zeroPoints),
    embedding: storage(bits.embedding, 'f32', false),
    // A dequantized float16 build computes in float32, but must hold the weights that were scaled for float16.
    headroom: compute === 'f16' ? halfHeadroom : noHeadroom,
  })
  return { text: precision(bits.linear), vision: precision(bits.vision) }
}

/**
 * The smallest value that balancing may bring the largest magnitude of an up projection's row down to, so that its
 * float16 block scale stays a normal number: shaders may flush subnormals to zero. The block scale is an eighth of the
 * largest magnitude, and the row is scaled by 2^-product afterward. 0, no limit, without headroom: scales are float32.
 */
export function smallestUpPeak(headroom: Headroom): number {
  return headroom === noHeadroom ? 0 : 2 ** (-14 + 3 + headroom.product)
}

/** Throws BuildError `width-not-divisible` where a width is not a multiple of the quantization block. */
export function checkWidths({ text, vision }: Qwen25VLConfig): void {
  const widths = {
    hidden_size: text.hiddenSize,
    'num_attention_heads * head_dim': text.heads * text.headDim,
    'vision_config.hidden_size': vision.hiddenSize,
  }
  for (const [field, width] of Object.entries(widths)) {
    if (width % blockSize === 0) continue
    throw new BuildError({
      code: 'width-not-divisible',
      message: `config.json: ${field} is ${width}, which cannot be cut into quantization blocks of ${blockSize}.`,
      action: 'Build this checkpoint with --dtype fp32 or fp16.',
      subject: `config.json: ${field}`,
    })
  }
}
