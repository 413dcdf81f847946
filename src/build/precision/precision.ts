import type { BlockFormat } from './block-format.ts'

/** How one network's matrices are stored and in what type its graph computes. */
export interface Precision {
  /** Type of the activations that enter matrix products and attention. */
  readonly compute: 'f32' | 'f16'
  readonly linear: LinearStorage
  readonly embedding: LinearStorage
  readonly headroom: Headroom
}

export interface Precisions {
  readonly text: Precision
  readonly vision: Precision
}

export type LinearStorage =
  /** With `roundTrip`, the values are quantized to that format and decoded again before they are stored. */
  | { readonly kind: 'dense'; readonly type: 'f32' | 'f16'; readonly roundTrip?: BlockFormat }
  | { readonly kind: 'blocks'; readonly format: BlockFormat }

/**
 * Exponents of powers of two that keep float16 activations within range and cancel exactly. They are the same for every
 * layer, so they need no calibration. The residual stream, and everything added to it, is stored as 2^-residual of its
 * value; the product inside the MLP as 2^-product; queries and keys as 2^-attention each.
 */
export interface Headroom {
  readonly residual: number
  readonly product: number
  readonly attention: number
}

export const noHeadroom: Headroom = { residual: 0, product: 0, attention: 0 }
/**
 * Lets MLP products exceed float16's largest value, 65504, by a factor of 64, residuals and dot products of queries and
 * keys by 16. More would make the smallest scales of quantized blocks subnormal in float16.
 */
export const halfHeadroom: Headroom = { residual: 4, product: 6, attention: 2 }
