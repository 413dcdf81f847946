import { rowBytes } from '../precision/block-format.ts'
import type { Headroom, LinearStorage } from '../precision/precision.ts'
import type { MatrixPart, MlpPair, WeightAlias, WeightRecipe } from '../weights/recipe.ts'
import type { ElementType, ExternalTensor, Graph, Value } from './onnx.ts'

const roundUp = (value: number, multiple: number) => Math.ceil(value / multiple) * multiple

/** Parameters of the part of a transformer block that follows its attention. */
export interface PostAttention {
  /** Prefix of the names of its nodes. */
  readonly name: string
  /** Prefix of the names of its tensors in the checkpoint. */
  readonly prefix: string
  readonly hidden: number
  readonly intermediate: number
  readonly eps: number
  readonly storage: LinearStorage
  /** Whether the MLP has biases. */
  readonly isBiased: boolean
  readonly projection: MatrixPart & { readonly bias?: string }
  readonly mlpNorm: string
  /** The norm that follows the block, and the type of its result. Default: `compute`. */
  readonly next: { readonly name: string; readonly tensor: string; readonly to?: 'f32' | 'f16' }
}

/**
 * The layers that both networks are built from. Between norm and projection, hidden states are [batch, S, width] of
 * type `compute`. The residual stream is always float32 and scaled by 2^-residual.
 */
export class Layers {
  readonly recipes: WeightRecipe[] = []
  readonly aliases: WeightAlias[] = []

  constructor(
    readonly graph: Graph,
    readonly compute: 'f32' | 'f16',
    readonly headroom: Headroom,
    /** The shape, as an int64 tensor, of [batch, S, width]; one entry is -1. */
    private readonly batchShape: (width: number) => Value,
  ) {}

  /** y = x W^T + b with x [batch, S, cols]; the rows of W and b are those of all `parts`, stacked. */
  linear(
    name: string,
    x: Value,
    parts: readonly (MatrixPart & { readonly bias?: string })[],
    storage: LinearStorage,
    options: { readonly type?: 'f32' | 'f16'; readonly batchShape?: Value } = {},
  ): Value {
    const type = options.type ?? this.compute
    const rows = parts.reduce((sum, part) => sum + part.rows + (part.paddedRows ?? 0), 0)
    const cols = parts[0].cols + (parts[0].paddedCols ?? 0)
    const bias = this.biasOf(name, parts, rows, type)
    if (storage.kind === 'blocks') {
      const { data, scales, zeroPoints } = this.blocks(name, parts, rows, cols, storage)
      return this.graph.node('MatMulNBits', name, [x, data, scales, zeroPoints ?? '', ...(bias ? ['', bias] : [])], {
        K: { int: cols },
        N: { int: rows },
        bits: { int: storage.format.bits },
        block_size: { int: 32 },
        accuracy_level: { int: 0 },
      })
    }
    // Gemm takes the weight as it is stored, [out, in], but only inputs of two axes.
    const weight = this.dense(`${name}.weight`, [rows, cols], parts, storage)
    const flat = this.graph.node('Reshape', `${name}.in`, [x, this.graph.int64s([-1, cols])])
    const cast = this.cast(`${name}.weight.cast`, weight, storage.type, type)
    const product = this.graph.node('Gemm', `${name}.product`, [flat, cast, ...(bias ? [bias] : [])], {
      transB: { int: 1 },
    })
    return this.graph.node('Reshape', name, [product, options.batchShape ?? this.batchShape(rows)])
  }

  /** RMS norm of the residual stream, cast to `compute`. */
  norm(name: string, x: Value, tensor: string, width: number, eps: number): Value {
    const normed = this.graph.node('SimplifiedLayerNormalization', name, [x, this.vector(tensor, width)], {
      axis: { int: -1 },
      epsilon: { float: this.scaledEps(eps) },
    })
    return this.cast(`${name}.cast`, normed, 'f32', this.compute)
  }

  /** Adds `branch` to the residual stream and norms the sum: [the sum, the normed sum]. */
  addAndNorm(
    name: string,
    branch: Value,
    x: Value,
    tensor: string,
    width: number,
    eps: number,
    to: 'f32' | 'f16' = this.compute,
  ): [Value, Value] {
    const addend = this.cast(`${name}.branch`, branch, this.compute, 'f32')
    this.graph.nodeWithOutputs(
      'SkipSimplifiedLayerNormalization',
      name,
      [addend, x, this.vector(tensor, width)],
      [`${name}.normed`, '', '', `${name}.sum`],
      { epsilon: { float: this.scaledEps(eps) } },
    )
    return [`${name}.sum`, this.cast(`${name}.cast`, `${name}.normed`, 'f32', to)]
  }

  /** SwiGLU MLP, its output scaled by 2^-residual. `name` is also the name of its balance. */
  mlp(
    name: string,
    x: Value,
    hidden: number,
    intermediate: number,
    storage: LinearStorage,
    prefix: string,
    biased: boolean,
  ): Value {
    const { product, residual } = this.headroom
    // Zero channels fill the last quantization block: silu(0) * 0 = 0.
    const extra = storage.kind === 'blocks' || storage.roundTrip ? roundUp(intermediate, 32) - intermediate : 0
    const part = (which: string, scale: number): MatrixPart & { bias?: string } => ({
      tensor: `${prefix}.${which}.weight`,
      rows: which === 'down_proj' ? hidden : intermediate,
      cols: which === 'down_proj' ? intermediate : hidden,
      ...(which === 'down_proj' ? { paddedCols: extra } : { paddedRows: extra }),
      ...(which === 'gate_proj' ? {} : { balance: { mlp: name, axis: which === 'up_proj' ? 'rows' : 'cols' } }),
      ...(biased ? { bias: `${prefix}.${which}.bias` } : {}),
      scale,
    })
    const gate = this.linear(`${name}.gate_proj`, x, [part('gate_proj', 1)], storage)
    const up = this.linear(`${name}.up_proj`, x, [part('up_proj', 2 ** -product)], storage)
    // x * sigmoid(1.0 x) is SiLU, in one operator.
    const activated = this.graph.node('QuickGelu', `${name}.silu`, [gate], { alpha: { float: 1 } })
    const gated = this.graph.node('Mul', `${name}.product`, [activated, up])
    return this.linear(`${name}.down_proj`, gated, [part('down_proj', 2 ** (product - residual))], storage)
  }

  /** Output projection, MLP and norms. Returns [residual stream, normed rows for the next block, the block's MLP]. */
  afterAttention(block: PostAttention, attention: Value, x: Value): [Value, Value, MlpPair] {
    const { name, prefix, hidden, intermediate, eps, storage, isBiased, next } = block
    const out = this.linear(
      `${name}.out_proj`,
      attention,
      [{ ...block.projection, scale: 2 ** -this.headroom.residual }],
      storage,
    )
    const [withAttention, mlpInput] = this.addAndNorm(`${name}.mlp_norm`, out, x, block.mlpNorm, hidden, eps)
    const pair: MlpPair = {
      name: `${name}.mlp`,
      up: `${prefix}.mlp.up_proj.weight`,
      down: `${prefix}.mlp.down_proj.weight`,
      channels: intermediate,
      hidden,
    }
    const mlp = this.mlp(pair.name, mlpInput, hidden, intermediate, storage, `${prefix}.mlp`, isBiased)
    const [sum, normed] = this.addAndNorm(next.name, mlp, withAttention, next.tensor, hidden, eps, next.to)
    return [sum, normed, pair]
  }

  cast(name: string, x: Value, from: 'f32' | 'f16', to: 'f32' | 'f16'): Value {
    return from === to ? x : this.graph.node('Cast', name, [x], { to: { int: to === 'f16' ? 10 : 1 } })
  }

  /** A norm's weight, f32. */
  vector(tensor: string, width: number): Value {
    return this.dense(tensor, [width], [{ tensor, rows: width, cols: 1 }], { kind: 'dense', type: 'f32' })
  }

  dense(
    name: string,
    dims: readonly number[],
    parts: readonly MatrixPart[],
    storage: Extract<LinearStorage, { kind: 'dense' }>,
  ): Value {
    const external = this.external(name, storage.type, dims)
    this.recipes.push({
      kind: 'dense',
      external,
      parts,
      ...(storage.roundTrip && dims.length === 2 ? { roundTrip: storage.roundTrip } : {}),
    })
    return name
  }

  /**
   * Declares a quantized matrix: data u8 [rows, blocks, bytes], scales [rows, blocks], and packed zero points if any.
   */
  blocks(
    name: string,
    parts: readonly MatrixPart[],
    rows: number,
    cols: number,
    storage: Extract<LinearStorage, { kind: 'blocks' }>,
  ): { data: Value; scales: Value; zeroPoints?: Value } {
    const { format } = storage
    const bytes = rowBytes(cols, format)
    const data = this.external(`${name}.weight_q${format.bits}`, 'u8', [rows, bytes.blocks, bytes.data / bytes.blocks])
    const scales = this.external(`${name}.weight_scales`, format.scales, [rows, bytes.blocks])
    const zeroPoints = format.zeroPoints
      ? this.external(`${name}.weight_zeros`, 'u8', [rows, bytes.zeroPoints])
      : undefined
    this.recipes.push({ kind: 'blocks', format, parts, data, scales, ...(zeroPoints ? { zeroPoints } : {}) })
    return { data: data.name, scales: scales.name, ...(zeroPoints ? { zeroPoints: zeroPoints.name } : {}) }
  }

  /** Declares the bytes of weight `of` under another name and shape. */
  alias(name: string, type: ElementType, dims: readonly number[], of: string): Value {
    this.aliases.push({ external: this.external(name, type, dims), of })
    return name
  }

  private biasOf(
    name: string,
    parts: readonly (MatrixPart & { readonly bias?: string })[],
    rows: number,
    type: 'f32' | 'f16',
  ): Value | undefined {
    if (!parts.some((part) => part.bias)) return undefined
    const vectors = parts.map((part): MatrixPart => {
      if (!part.bias) throw new Error(`${name}: a biased and an unbiased part`)
      // A bias is scaled as its rows are. Factors of columns do not concern it: the activations are scaled inversely.
      return {
        tensor: part.bias,
        ...(part.firstRow === undefined ? {} : { firstRow: part.firstRow }),
        rows: part.rows,
        cols: 1,
        ...(part.paddedRows ? { paddedRows: part.paddedRows } : {}),
        ...(part.balance?.axis === 'rows' ? { balance: part.balance } : {}),
        scale: biasScale(part, this.headroom),
      }
    })
    return this.dense(`${name}.bias`, [rows], vectors, { kind: 'dense', type })
  }

  private scaledEps(eps: number): number {
    return eps * 2 ** (-2 * this.headroom.residual)
  }

  private external(name: string, type: ElementType, dims: readonly number[]): ExternalTensor {
    this.graph.external(name, type, dims)
    return this.graph.externals[this.graph.externals.length - 1]
  }
}

/** A down projection's scale also undoes that of its input; its bias is scaled as the residual stream only. */
function biasScale(part: MatrixPart, headroom: Headroom): number {
  return part.balance?.axis === 'cols' ? 2 ** -headroom.residual : (part.scale ?? 1)
}
