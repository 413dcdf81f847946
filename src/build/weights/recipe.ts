import type { ExternalTensor } from '../graphs/onnx.ts'
import type { BlockFormat } from '../precision/block-format.ts'

/**
 * Rows of one checkpoint matrix as they enter a weight of a graph. All factors are powers of two, so that applying them
 * is exact.
 */
export interface MatrixPart {
  /** Canonical tensor name; a tensor of more than two axes counts as [shape[0], product of the rest]. */
  readonly tensor: string
  readonly rows: number
  readonly cols: number
  /** The part's first row in the tensor. Default: 0. */
  readonly firstRow?: number
  /** How many rows of zeros follow the part. Default: 0. */
  readonly paddedRows?: number
  /** How many columns of zeros follow each row. Default: 0. */
  readonly paddedCols?: number
  /** Factor of all values. Default: 1. */
  readonly scale?: number
  /** Rows are multiplied, or columns divided, by this MLP's balance, which is measured before the weight is written. */
  readonly balance?: { readonly mlp: string; readonly axis: 'rows' | 'cols' }
}

/** How the bytes of a graph's weight are made from the checkpoint. */
export type WeightRecipe =
  | {
      readonly kind: 'dense'
      readonly external: ExternalTensor
      readonly parts: readonly MatrixPart[]
      /** Values are quantized to this format and decoded again: a float graph with the weights of a quantized one. */
      readonly roundTrip?: BlockFormat
    }
  | {
      readonly kind: 'blocks'
      readonly format: BlockFormat
      readonly parts: readonly MatrixPart[]
      readonly data: ExternalTensor
      readonly scales: ExternalTensor
      readonly zeroPoints?: ExternalTensor
    }

/** The weight's name in the graph and in reports. */
export function weightName(recipe: WeightRecipe): string {
  return recipe.kind === 'dense' ? recipe.external.name : recipe.data.name
}

/** Another name, and possibly another shape, for the bytes of a stored weight. */
export interface WeightAlias {
  readonly external: ExternalTensor
  /** Name of the stored weight. */
  readonly of: string
}

/** The two tensors whose channels are balanced against each other, shapes [channels, hidden] and [hidden, channels]. */
export interface MlpPair {
  readonly name: string
  readonly up: string
  readonly down: string
  readonly channels: number
  readonly hidden: number
}

/** The MLP whose balance scales a part of this weight; undefined for weights outside MLPs. */
export function balancedMlp(recipe: WeightRecipe): string | undefined {
  return recipe.parts.find(({ balance }) => balance)?.balance?.mlp
}

/** Throws Error where no pair has that name. */
export function pairNamed(pairs: readonly MlpPair[], name: string): MlpPair {
  const found = pairs.find((pair) => pair.name === name)
  if (!found) throw new Error(`no MLP named ${name}`)
  return found
}
