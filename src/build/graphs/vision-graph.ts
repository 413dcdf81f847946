import type { VisionConfig } from '../../qwen25vl/config.ts'
import type { Precision } from '../precision/precision.ts'
import type { MlpPair } from '../weights/recipe.ts'
import type { PlannedGraph } from './decoder-graph.ts'
import { Layers } from './layers.ts'
import { Graph, type Value } from './onnx.ts'

/**
 * The vision tower over n pairs of frames of one size, S patches each.
 *
 * Inputs (a = float16 or float32): `pixel_values` f32 [n, S, C*T*p*p], patches in merge order; `batch_shape` i64 [3] =
 * [n, S, -1]; `rope_cos`, `rope_sin` a [S, head_dim / 2]; `window_bias` a [1, 1, S, S], 0 within a window and very
 * negative across windows: this additive mask is exact, and patches need not be reordered as in the reference.
 * Output: `image_features` f32 [n * S / merge^2, out_hidden].
 */
export function visionGraph(config: VisionConfig, precision: Precision): PlannedGraph {
  const graph = new Graph('videmo_vision')
  const { compute: a, headroom } = precision
  const { patchSize, temporalPatchSize, inChannels, headDim } = config
  const patchValues = inChannels * temporalPatchSize * patchSize * patchSize
  const pixels = graph.input('pixel_values', 'f32', ['n', 'S', patchValues])
  const batchShape = graph.input('batch_shape', 'i64', [3])
  const cos = graph.input('rope_cos', a, ['S', headDim / 2])
  const sin = graph.input('rope_sin', a, ['S', headDim / 2])
  const bias = graph.input('window_bias', a, [1, 1, 'S', 'S'])
  const layers = new Layers(graph, a, headroom, () => batchShape)
  const pairs = visionTower(
    layers,
    config,
    precision,
    pixels,
    { cos, sin, windowBias: bias, fullBias: '' },
    'image_features',
  )
  return { graph, layers, pairs }
}

export interface VisionTables {
  readonly cos: Value
  readonly sin: Value
  readonly windowBias: Value
  /** Mask of full attention; empty if a patch may attend to everything in its batch row. */
  readonly fullBias: Value
}

/** All blocks and the merger; declares the output. Returns the MLPs to balance. */
export function visionTower(
  layers: Layers,
  config: VisionConfig,
  precision: Precision,
  pixels: Value,
  tables: VisionTables,
  outputName: string,
): readonly MlpPair[] {
  const { graph, headroom } = layers
  const { hiddenSize, intermediateSize, heads, headDim, rmsNormEps, spatialMergeSize, outHiddenSize } = config
  const patchValues = config.inChannels * config.temporalPatchSize * config.patchSize ** 2
  const start = graph.int64s([0])
  const pairs: MlpPair[] = []

  // The patch embedding stays float32: its 1176 inputs are not a multiple of the quantization block, and it is small.
  let x = layers.linear(
    'patch_embed',
    pixels,
    [{ tensor: 'visual.patch_embed.proj.weight', rows: hiddenSize, cols: patchValues, scale: 2 ** -headroom.residual }],
    { kind: 'dense', type: 'f32' },
    { type: 'f32' },
  )
  let normed = layers.norm('blocks.0.norm1', x, 'visual.blocks.0.norm1.weight', hiddenSize, rmsNormEps)
  for (let i = 0; i < config.depth; i++) {
    const prefix = `visual.blocks.${i}`
    const third = (index: number, scale: number) => ({
      tensor: `${prefix}.attn.qkv.weight`,
      bias: `${prefix}.attn.qkv.bias`,
      firstRow: index * hiddenSize,
      rows: hiddenSize,
      cols: hiddenSize,
      scale,
    })
    const rotated = (which: string, index: number) => {
      const part = third(index, 2 ** -headroom.attention)
      const projected = layers.linear(`blocks.${i}.${which}_proj`, normed, [part], precision.linear)
      return graph.node('RotaryEmbedding', `blocks.${i}.${which}`, [projected, start, tables.cos, tables.sin], {
        num_heads: { int: heads },
      })
    }
    const query = rotated('q', 0)
    const key = rotated('k', 1)
    const value = layers.linear(`blocks.${i}.v_proj`, normed, [third(2, 1)], precision.linear)
    const isFull = config.fullAttentionBlocks.includes(i)
    const attention = graph.node(
      'MultiHeadAttention',
      `blocks.${i}.attention`,
      [query, key, value, '', '', isFull ? tables.fullBias : tables.windowBias],
      {
        num_heads: { int: heads },
        scale: { float: 2 ** (2 * headroom.attention) / Math.sqrt(headDim) },
      },
    )
    const isLast = i === config.depth - 1
    const [sum, nextNormed, pair] = layers.afterAttention(
      {
        name: `blocks.${i}`,
        prefix,
        hidden: hiddenSize,
        intermediate: intermediateSize,
        eps: rmsNormEps,
        storage: precision.linear,
        isBiased: true,
        projection: {
          tensor: `${prefix}.attn.proj.weight`,
          bias: `${prefix}.attn.proj.bias`,
          rows: hiddenSize,
          cols: hiddenSize,
        },
        mlpNorm: `${prefix}.norm2.weight`,
        next: isLast
          ? { name: 'merger.norm', tensor: 'visual.merger.ln_q.weight' }
          : { name: `blocks.${i + 1}.norm1`, tensor: `visual.blocks.${i + 1}.norm1.weight` },
      },
      attention,
      x,
    )
    x = sum
    normed = nextNormed
    pairs.push(pair)
  }

  // Patches come in merge order, so the four of a cell are adjacent. [1, n * S / 4, 4 * hidden]
  const merged = hiddenSize * spatialMergeSize ** 2
  const cells = graph.node('Reshape', 'merger.cells', [normed, graph.int64s([1, -1, merged])])
  const linear = (index: number, input: Value, rows: number) =>
    layers.linear(
      `merger.mlp.${index}`,
      input,
      [
        {
          tensor: `visual.merger.mlp.${index}.weight`,
          bias: `visual.merger.mlp.${index}.bias`,
          rows,
          cols: merged,
        },
      ],
      precision.linear,
      { batchShape: graph.int64s([1, -1, rows]) },
    )
  const activated = graph.node('Gelu', 'merger.gelu', [linear(0, cells, merged)])
  const features = layers.cast('merger.out', linear(2, activated, outHiddenSize), layers.compute, 'f32')
  graph.node('Reshape', outputName, [features, graph.int64s([-1, outHiddenSize])])
  graph.output(outputName, 'f32', ['features', outHiddenSize])
  return pairs
}
