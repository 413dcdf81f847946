import type { TextConfig } from '../../qwen25vl/config.ts'
import type { Headroom, LinearStorage, Precision } from '../precision/precision.ts'
import type { MlpPair } from '../weights/recipe.ts'
import { Layers } from './layers.ts'
import { Graph, type Value } from './onnx.ts'

/** A graph, the recipes of its weights, and the MLPs to balance before they are written. */
export interface PlannedGraph {
  readonly graph: Graph
  readonly layers: Layers
  readonly pairs: readonly MlpPair[]
}

const embedding = 'model.embed_tokens.weight'

/**
 * The language model: token ids and feature rows in, logits of chosen rows and their greedy tokens out.
 *
 * Inputs (a = float16 or float32, the type of attention):
 * - `input_ids` i64 [S, 1]; `features` f32 [F, hidden], at least one row; `source_rows` i64 [S]: row i of the sequence
 *   is the embedding of token i where source_rows[i] = i, or feature j where source_rows[i] = S + j.
 * - `logit_rows` i64 [R]: the rows of the sequence whose logits are wanted.
 * - `rope_cos`, `rope_sin` a [slots, head_dim / 2]: the M-RoPE rotation of the token in each slot of the cache.
 * - `seqlens_k` i32 [1]: tokens in the cache after this pass, less one; `total_sequence_length` i32 [1]: the same, plus one.
 * - `logit_bias` f32 [V]: added before the choice, -1e30 for a banned id.
 * - `penalties` f32 [P, V]: the repetition penalty of every id seen before this pass, 1 for the rest; P = R, or 1 for
 *   the same in all rows. `marks` f32 [M] replace the entries at `marks_at` i64 [M, 2], pairs of row and id: the
 *   penalties that this pass's own ids change in the rows after them.
 * - `past_key_values.i.key|value` a [1, kv_heads, P, head_dim]; bind one buffer to past and present for a static cache.
 *
 * Outputs: `logits` f32 [R, V], before bias and penalty; `token` i64 [R], the arg max after both; `penalties_out` f32
 * [P, V]; `present.i.key|value`.
 */
export function decoderGraph(config: TextConfig, precision: Precision): PlannedGraph {
  const graph = new Graph('videmo_decoder')
  const { compute: a, headroom } = precision
  const layers = new Layers(graph, a, headroom, (width) => graph.int64s([1, -1, width]))
  const { hiddenSize, headDim, vocabSize } = config

  const ids = graph.input('input_ids', 'i64', ['S', 1])
  const features = graph.input('features', 'f32', ['F', hiddenSize])
  const sourceRows = graph.input('source_rows', 'i64', ['S'])
  const logitRows = graph.input('logit_rows', 'i64', ['R'])
  const cos = graph.input('rope_cos', a, ['slots', headDim / 2])
  const sin = graph.input('rope_sin', a, ['slots', headDim / 2])
  const seqlens = graph.input('seqlens_k', 'i32', [1])
  const total = graph.input('total_sequence_length', 'i32', [1])
  const bias = graph.input('logit_bias', 'f32', [vocabSize])
  const penalties = graph.input('penalties', 'f32', ['P', vocabSize])
  const marksAt = graph.input('marks_at', 'i64', ['M', 2])
  const marks = graph.input('marks', 'f32', ['M'])

  const table = new Embedding(layers, config, precision.embedding)
  const embedded = table.rows(ids)
  const pool = graph.node('Concat', 'rows.pool', [embedded, features], { axis: { int: 0 } })
  const picked = graph.node('Gather', 'rows.picked', [pool, sourceRows], { axis: { int: 0 } })
  const batched = graph.node('Reshape', 'rows', [picked, graph.int64s([1, -1, hiddenSize])])

  const attend: Attention = (i, project) => {
    const qkv = project('qkv', ['q', 'k', 'v'])
    const past = pastInputs(graph, config, a, i)
    graph.nodeWithOutputs(
      'GroupQueryAttention',
      `layers.${i}.attention`,
      [qkv, '', '', past.key, past.value, seqlens, total, cos, sin],
      [`layers.${i}.attention`, `present.${i}.key`, `present.${i}.value`],
      attentionAttributes(config, headroom, true),
    )
    presentOutputs(graph, config, a, i)
    return `layers.${i}.attention`
  }
  const { hidden, pairs } = transformer(layers, config, precision, batched, attend)

  // Only the requested rows go through the head, in float32, so that rounding does not decide near ties.
  const flat = graph.node('Reshape', 'hidden.flat', [hidden, graph.int64s([-1, hiddenSize])])
  const last = graph.node('Gather', 'hidden.last', [flat, logitRows], { axis: { int: 0 } })
  const logits = table.logits(last, 'logits')
  graph.output(logits, 'f32', ['R', vocabSize])

  const token = greedyToken(graph, { logits, bias, penalties, marksAt, marks })
  graph.output(token.token, 'i64', ['R'])
  graph.output(token.penalties, 'f32', ['P', vocabSize])
  return { graph, layers, pairs }
}

export type Projection = 'q' | 'k' | 'v'
/**
 * Attention of one layer. `project` returns queries, keys or values, or several of them concatenated:
 * [1, S, heads * head_dim + ...].
 */
export type Attention = (layer: number, project: (name: string, which: readonly Projection[]) => Value) => Value

/** All layers and the final norm. Returns the normed rows f32 [1, S, hidden] and the MLPs to balance. */
export function transformer(
  layers: Layers,
  config: TextConfig,
  precision: Precision,
  rows: Value,
  attend: Attention,
): { readonly hidden: Value; readonly pairs: readonly MlpPair[] } {
  const { graph, headroom } = layers
  const { hiddenSize, intermediateSize, headDim, rmsNormEps } = config
  const pairs: MlpPair[] = []
  let x =
    headroom.residual === 0
      ? rows
      : graph.node('Mul', 'rows.scaled', [rows, graph.floats('residual_scale', [2 ** -headroom.residual])])
  let normed = layers.norm('layers.0.input_norm', x, 'model.layers.0.input_layernorm.weight', hiddenSize, rmsNormEps)
  for (let i = 0; i < config.layers; i++) {
    const prefix = `model.layers.${i}`
    const projections = {
      q: { heads: config.heads, scale: 2 ** -headroom.attention },
      k: { heads: config.kvHeads, scale: 2 ** -headroom.attention },
      v: { heads: config.kvHeads, scale: 1 },
    }
    const input = normed
    const attention = attend(i, (name, which) => {
      const parts = which.map((each) => ({
        tensor: `${prefix}.self_attn.${each}_proj.weight`,
        bias: `${prefix}.self_attn.${each}_proj.bias`,
        rows: projections[each].heads * headDim,
        cols: hiddenSize,
        scale: projections[each].scale,
      }))
      return layers.linear(`layers.${i}.${name}_proj`, input, parts, precision.linear)
    })
    const isLast = i === config.layers - 1
    const [sum, nextNormed, pair] = layers.afterAttention(
      {
        name: `layers.${i}`,
        prefix,
        hidden: hiddenSize,
        intermediate: intermediateSize,
        eps: rmsNormEps,
        storage: precision.linear,
        isBiased: false,
        projection: {
          tensor: `${prefix}.self_attn.o_proj.weight`,
          rows: hiddenSize,
          cols: config.heads * headDim,
        },
        mlpNorm: `${prefix}.post_attention_layernorm.weight`,
        next: isLast
          ? { name: 'final_norm', tensor: 'model.norm.weight', to: 'f32' }
          : { name: `layers.${i + 1}.input_norm`, tensor: `model.layers.${i + 1}.input_layernorm.weight` },
      },
      attention,
      x,
    )
    x = sum
    normed = nextNormed
    pairs.push(pair)
  }
  return { hidden: normed, pairs }
}

export function attentionAttributes(config: TextConfig, headroom: Headroom, rotary: boolean) {
  return {
    num_heads: { int: config.heads },
    kv_num_heads: { int: config.kvHeads },
    scale: { float: 2 ** (2 * headroom.attention) / Math.sqrt(config.headDim) },
    do_rotary: { int: rotary ? 1 : 0 },
  }
}

export function pastInputs(graph: Graph, config: TextConfig, type: 'f32' | 'f16', layer: number) {
  const dims = [1, config.kvHeads, 'past', config.headDim]
  return {
    key: graph.input(`past_key_values.${layer}.key`, type, dims),
    value: graph.input(`past_key_values.${layer}.value`, type, dims),
  }
}

export function presentOutputs(graph: Graph, config: TextConfig, type: 'f32' | 'f16', layer: number): void {
  const dims = [1, config.kvHeads, 'present', config.headDim]
  graph.output(`present.${layer}.key`, type, dims)
  graph.output(`present.${layer}.value`, type, dims)
}

/** The token table, which embeds ids and, transposed, gives logits. Stored once if the checkpoint ties the two. */
export class Embedding {
  private stored: { data: Value; scales: Value } | undefined

  constructor(
    private readonly layers: Layers,
    private readonly config: TextConfig,
    private readonly storage: LinearStorage,
  ) {}

  /** ids i64, S of them in any shape -> f32 [S, hidden] */
  rows(ids: Value, name = 'embedded'): Value {
    const { graph } = this.layers
    const { hiddenSize } = this.config
    const shape = graph.int64s([-1, hiddenSize])
    if (this.storage.kind === 'dense') {
      const table = this.denseTable()
      const gathered = graph.node('Gather', `${name}.gathered`, [table, ids], { axis: { int: 0 } })
      return graph.node('Reshape', name, [this.layers.cast(`${name}.f32`, gathered, this.storage.type, 'f32'), shape])
    }
    const { format } = this.storage
    const { data, scales } = this.table()
    const blocks = hiddenSize / 32
    // The table of MatMulNBits, seen as [V, blocks, 32], serves here too, but its scales need a third axis.
    const perBlock = this.layers.alias(`${scales}_3d`, format.scales, [this.config.vocabSize, blocks, 1], scales)
    const gathered = graph.node('GatherBlockQuantized', `${name}.blocks`, [data, ids, perBlock], {
      bits: { int: format.bits },
      block_size: { int: 32 },
      gather_axis: { int: 0 },
      quantize_axis: { int: 2 },
    })
    return graph.node('Reshape', name, [gathered, shape])
  }

  /** hidden f32 [R, hidden] -> f32 [R, V] */
  logits(hidden: Value, name: string): Value {
    const { graph } = this.layers
    const { vocabSize, hiddenSize, tieWordEmbeddings } = this.config
    if (this.storage.kind === 'dense') {
      const { type } = this.storage
      const table = tieWordEmbeddings
        ? this.denseTable()
        : this.layers.dense('lm_head.weight', [vocabSize, hiddenSize], [this.part('lm_head.weight')], this.storage)
      const narrow = this.layers.cast(`${name}.in`, hidden, 'f32', type)
      const product = graph.node('Gemm', type === 'f32' ? name : `${name}.${type}`, [narrow, table], {
        transB: { int: 1 },
      })
      return this.layers.cast(name, product, type, 'f32')
    }
    const { data, scales } = tieWordEmbeddings
      ? this.table()
      : this.layers.blocks('lm_head', [this.part('lm_head.weight')], vocabSize, hiddenSize, this.storage)
    return graph.node('MatMulNBits', name, [hidden, data, scales], {
      K: { int: hiddenSize },
      N: { int: vocabSize },
      bits: { int: this.storage.format.bits },
      block_size: { int: 32 },
      accuracy_level: { int: 0 },
    })
  }

  private part(tensor: string) {
    return { tensor, rows: this.config.vocabSize, cols: this.config.hiddenSize }
  }

  private denseTable(): Value {
    if (this.storage.kind !== 'dense') throw new Error('not a dense table')
    const { vocabSize, hiddenSize } = this.config
    this.stored ??= {
      data: this.layers.dense(embedding, [vocabSize, hiddenSize], [this.part(embedding)], this.storage),
      scales: '',
    }
    return this.stored.data
  }

  private table(): { data: Value; scales: Value } {
    if (this.storage.kind !== 'blocks') throw new Error('not a quantized table')
    const { vocabSize, hiddenSize } = this.config
    this.stored ??= this.layers.blocks('embed_tokens', [this.part(embedding)], vocabSize, hiddenSize, this.storage)
    return this.stored
  }
}

/**
 * Repetition penalty (Hugging Face's rule: positive logits divided, others multiplied, for every id of the input and
 * the answer so far), then the bias, then the arg max. The ids of this pass are first marked as seen in the
 * rows after them, so that several rows choose the same tokens as they would one by one.
 */
function greedyToken(
  graph: Graph,
  values: Record<'logits' | 'bias' | 'penalties' | 'marksAt' | 'marks', Value>,
): { readonly token: Value; readonly penalties: Value } {
  const { logits, bias, penalties, marksAt, marks } = values
  const marked = graph.node('ScatterND', 'penalties_out', [penalties, marksAt, marks])
  const divided = graph.node('Div', 'penalized.positive', [logits, marked])
  const multiplied = graph.node('Mul', 'penalized.negative', [logits, marked])
  const positive = graph.node('Greater', 'penalized.sign', [logits, graph.floats('zero', [0])])
  const penalized = graph.node('Where', 'penalized', [positive, divided, multiplied])
  const biased = graph.node('Add', 'biased', [penalized, bias])
  const token = graph.node('ArgMax', 'token', [biased], { axis: { int: -1 }, keepdims: { int: 0 } })
  return { token, penalties: marked }
}
