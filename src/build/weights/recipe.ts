import type { ExternalTensor } from '../graphs/onnx.ts'
import type { BlockFormat } from '../precision/quantize.ts'

/**
 * Rows of one checkpoint matrix as they enter a weight of a graph. Scale factors are powers of two, so that applying
 * them loses nothing.
 */
export interface MatrixPart {
  /** Canonical tensor name; a tensor of more than two axes counts as [shape[0], product of the rest]. */
  readonly tensor: string
  readonly rows: number
  readonly cols: number
  /** Where the part's rows start in the tensor; 0 unless said. */
  readonly firstRow?: number
  /** Rows of zeros after it. */
  readonly paddedRows?: number
  /** Columns of zeros after each row. */
  readonly paddedCols?: number
  /** One factor for everything. */
  readonly scale?: number
  /** Factors per row or per column by this MLP's balance, known once the builder has measured it. */
  readonly balance?: { readonly mlp: string; readonly axis: 'rows' | 'cols' }
}

/** How a weight's bytes are made from a checkpoint. */
export type WeightRecipe =
  | {
      readonly kind: 'dense'
      readonly external: ExternalTensor
      readonly parts: readonly MatrixPart[]
      /** Quantized and decoded again, so that a float graph holds what a quantized one sees. */
      readonly through?: BlockFormat
    }
  | {
      readonly kind: 'blocks'
      readonly format: BlockFormat
      readonly parts: readonly MatrixPart[]
      readonly data: ExternalTensor
      readonly scales: ExternalTensor
      readonly zeroPoints?: ExternalTensor
    }

/** What a weight is called in the graph, and in reports. */
export function weightName(recipe: WeightRecipe): string {
  return recipe.kind === 'dense' ? recipe.external.name : recipe.data.name
}

/** A second name, and maybe another shape, for bytes already stored. */
export interface WeightAlias {
  readonly external: ExternalTensor
  readonly of: string
}

/** The two tensors whose channels are balanced against each other, shapes [channels, hidden] and [hidden, channels]. */
export interface MlpPair {
  readonly name: string
  readonly up: string
  readonly upBias?: string
  readonly down: string
  readonly channels: number
  readonly hidden: number
}

/** How matrices are stored and in what type the graph computes. */
export interface Precision {
  /** Type of the activations that enter matrix products and attention. */
  readonly compute: 'f32' | 'f16'
  readonly linear: LinearStorage
  readonly embedding: LinearStorage
}

export type LinearStorage =
  | { readonly kind: 'dense'; readonly type: 'f32' | 'f16'; readonly through?: BlockFormat }
  | { readonly kind: 'blocks'; readonly format: BlockFormat }

/**
 * Exponents of the powers of two that keep float16 within its range, and that cancel exactly. Uniform, so that they
 * need no calibration: the residual stream (and what is added to it) lives at 2^-residual of its value, the product
 * of the MLP at 2^-product, queries and keys at 2^-attention each.
 */
export interface Headroom {
  readonly residual: number
  readonly product: number
  readonly attention: number
}

export const noHeadroom: Headroom = { residual: 0, product: 0, attention: 0 }
/**
 * Products and residuals 64 and 16 times beyond 65504, dot products of queries and keys 16 times. More would push
 * the smallest scales of a quantized block into float16's subnormals.
 */
export const halfHeadroom: Headroom = { residual: 4, product: 6, attention: 2 }
