import type { TextConfig, VisionConfig } from '../../qwen25vl/index.ts'
import { inverseFrequencies } from '../../qwen25vl/rotary.ts'
import {
  type Attention,
  attentionAttributes,
  Embedding,
  type PlannedGraph,
  pastInputs,
  presentOutputs,
  transformer,
} from '../graphs/decoder-graph.ts'
import { Layers } from '../graphs/layers.ts'
import { Graph, type Value } from '../graphs/onnx.ts'
import { visionTower } from '../graphs/vision-graph.ts'
import { noHeadroom, type Precision } from '../precision/precision.ts'

/** How many positions the exported decoder supports: its rotary tables are part of the graph. */
const maxPositions = 16384
/** How many patches per side the exported vision encoder supports. */
const maxSide = 1024
const f32 = 1
const i32 = 6

/**
 * `embed_tokens`: `input_ids` i64 [1, S] -> `inputs_embeds` f32 [1, S, hidden].
 *
 * The graphs of this file are those that `Qwen2_5_VLForConditionalGeneration` of transformers.js loads.
 */
export function embedTokensGraph(config: TextConfig, precision: Precision): PlannedGraph {
  const graph = new Graph('embed_tokens')
  const layers = new Layers(graph, 'f32', noHeadroom, () => '')
  const ids = graph.input('input_ids', 'i64', ['batch_size', 'sequence_length'])
  const rows = new Embedding(layers, config, precision.embedding).rows(ids, 'rows')
  graph.node('Reshape', 'inputs_embeds', [rows, graph.int64s([1, -1, config.hiddenSize])])
  graph.output('inputs_embeds', 'f32', ['batch_size', 'sequence_length', config.hiddenSize])
  return { graph, layers, pairs: [] }
}

/**
 * `decoder_model_merged`: `inputs_embeds` f32 [1, S, hidden], `attention_mask` i64 [1, total], `position_ids` i64
 * [3, 1, S], `num_logits_to_keep` i64 [] (0 keeps all), a KV cache that grows -> `logits` f32 [1, kept, V].
 */
export function mergedDecoderGraph(config: TextConfig, precision: Precision): PlannedGraph {
  const graph = new Graph('decoder_model_merged')
  const { compute: a, headroom } = precision
  const { hiddenSize, headDim, vocabSize, mropeSection, ropeTheta } = config
  const layers = new Layers(graph, a, headroom, (width) => graph.int64s([1, -1, width]))
  const embeds = graph.input('inputs_embeds', 'f32', ['batch_size', 'sequence_length', hiddenSize])
  const mask = graph.input('attention_mask', 'i64', ['batch_size', 'total_sequence_length'])
  const positions = graph.input('position_ids', 'i64', [3, 'batch_size', 'sequence_length'])
  const keep = graph.input('num_logits_to_keep', 'i64', [])

  const present = graph.node('ReduceSum', 'mask.sum', [mask, graph.int64s([1])], { keepdims: { int: 0 } })
  const lastIndex = graph.node('Sub', 'mask.last', [present, graph.int64s([1])])
  const seqlens = graph.node('Cast', 'seqlens_k', [lastIndex], { to: { int: i32 } })
  const length = graph.node('Shape', 'mask.length', [mask], { start: { int: 1 } })
  const total = graph.node('Cast', 'total_length', [length], { to: { int: i32 } })

  // M-RoPE: one table per axis holds the axis's own frequencies; a token's row concatenates its three pieces.
  const start = graph.int64s([0])
  const frequencies = inverseFrequencies(ropeTheta, headDim)
  const rotation = (name: 'cos' | 'sin') => {
    let first = 0
    const pieces = mropeSection.map((width, axis) => {
      const table = rotaryTable(maxPositions, frequencies.subarray(first, first + width), Math[name])
      first += width
      const rows = graph.node('Gather', `rope.${name}.${axis}.rows`, [
        graph.floats(`rope.${name}.${axis}.table`, table, [maxPositions, width]),
        positions,
      ])
      const own = graph.node('Slice', `rope.${name}.${axis}.own`, [
        rows,
        graph.int64s([axis]),
        graph.int64s([axis + 1]),
        graph.int64s([0]),
      ])
      return graph.node('Reshape', `rope.${name}.${axis}`, [own, graph.int64s([-1, width])])
    })
    const joined = graph.node('Concat', `rope.${name}.f32`, pieces, { axis: { int: 1 } })
    return layers.cast(`rope.${name}`, joined, 'f32', a)
  }
  const cos = rotation('cos')
  const sin = rotation('sin')

  const attend: Attention = (i, project) => {
    const rotated = (which: 'q' | 'k', heads: number) =>
      graph.node('RotaryEmbedding', `layers.${i}.${which}`, [project(which, [which]), start, cos, sin], {
        num_heads: { int: heads },
      })
    const past = pastInputs(graph, config, a, i)
    graph.nodeWithOutputs(
      'GroupQueryAttention',
      `layers.${i}.attention`,
      [
        rotated('q', config.heads),
        rotated('k', config.kvHeads),
        project('v', ['v']),
        past.key,
        past.value,
        seqlens,
        total,
      ],
      [`layers.${i}.attention`, `present.${i}.key`, `present.${i}.value`],
      attentionAttributes(config, headroom, false),
    )
    presentOutputs(graph, config, a, i)
    return `layers.${i}.attention`
  }
  const { hidden, pairs } = transformer(layers, config, precision, embeds, attend)

  const from = graph.node('Neg', 'logits.from', [keep])
  const kept = graph.node('Slice', 'hidden.kept', [
    hidden,
    graph.node('Reshape', 'logits.start', [from, graph.int64s([1])]),
    graph.int64s([Number.MAX_SAFE_INTEGER]),
    graph.int64s([1]),
  ])
  const flat = graph.node('Reshape', 'hidden.flat', [kept, graph.int64s([-1, hiddenSize])])
  const logits = new Embedding(layers, config, precision.embedding).logits(flat, 'logits.flat')
  graph.node('Reshape', 'logits', [logits, graph.int64s([1, -1, vocabSize])])
  graph.output('logits', 'f32', ['batch_size', 'kept', vocabSize])
  return { graph, layers, pairs }
}

/**
 * `vision_encoder`: `pixel_values` f32 [P, C*T*p*p] of any number of images or clips, `image_grid_thw` i64 [n, 3] ->
 * `image_features` f32 [P / merge^2, out_hidden]. The graph computes positions and masks itself.
 */
export function visionEncoderGraph(config: VisionConfig, precision: Precision): PlannedGraph {
  const graph = new Graph('vision_encoder')
  const { compute: a, headroom } = precision
  const patchValues = config.inChannels * config.temporalPatchSize * config.patchSize ** 2
  const pixels = graph.input('pixel_values', 'f32', ['num_patches', patchValues])
  const grids = graph.input('image_grid_thw', 'i64', ['num_images', 3])
  const layers = new Layers(graph, a, headroom, (width) => graph.int64s([1, -1, width]))
  const patches = new PatchGeometry(graph, config, pixels, grids)
  const cosSin = (name: 'cos' | 'sin') => layers.cast(`rope.${name}`, patches.rotation(name), 'f32', a)
  const tables = {
    cos: cosSin('cos'),
    sin: cosSin('sin'),
    windowBias: layers.cast('window_bias', patches.bias('window', [patches.frame, patches.window]), 'f32', a),
    fullBias: layers.cast('frame_bias', patches.bias('frame', [patches.frame]), 'f32', a),
  }
  const pairs = visionTower(layers, config, precision, pixels, tables, 'image_features')
  return { graph, layers, pairs }
}

/** Each patch's frame, window and position, computed from `grid_thw` in float32: exact for integers below 2^24. */
class PatchGeometry {
  /** f32 [P, 1]: equal for two patches only if they are in the same temporal patch. */
  readonly frame: Value
  /** f32 [P, 1]: equal for two patches of a temporal patch only if they are in the same window. */
  readonly window: Value
  private readonly x: Value
  private readonly y: Value
  private temporaries = 0

  constructor(
    private readonly graph: Graph,
    private readonly config: VisionConfig,
    pixels: Value,
    grids: Value,
  ) {
    const merge = config.spatialMergeSize
    const count = this.node('Shape', [pixels], { start: { int: 0 }, end: { int: 1 } })
    const countScalar = this.node('Reshape', [this.node('Cast', [count], { to: { int: f32 } }), graph.int64s([], [0])])
    const p = this.node('Reshape', [
      this.node('Range', [this.scalar(0), countScalar, this.scalar(1)]),
      graph.int64s([-1, 1]),
    ])
    // Start, width and area of each patch's image, by a product with the 0/1 membership matrix [P, n].
    const grid = this.node('Cast', [grids], { to: { int: f32 } })
    const column = (axis: number) =>
      this.node('Slice', [grid, graph.int64s([axis]), graph.int64s([axis + 1]), graph.int64s([1])])
    const [t, h, w] = [column(0), column(1), column(2)]
    const area = this.node('Mul', [h, w])
    const size = this.node('Mul', [t, area])
    const end = this.node('CumSum', [size, graph.int64s([0], [])])
    const startOfImage = this.node('Sub', [end, size])
    const row = (value: Value) => this.node('Reshape', [value, graph.int64s([1, -1])])
    const started = this.node('Cast', [this.node('GreaterOrEqual', [p, row(startOfImage)])], { to: { int: f32 } })
    const notEnded = this.node('Cast', [this.node('Less', [p, row(end)])], { to: { int: f32 } })
    const member = this.node('Mul', [started, notEnded])
    const spread = (value: Value) => this.node('MatMul', [member, value])
    const start = spread(startOfImage)
    const frameArea = spread(area)
    const cellsWide = this.node('Mul', [spread(w), this.scalar(1 / merge)])

    const local = this.node('Sub', [p, start])
    const time = this.quotient(local, frameArea)
    const inFrame = this.remainder(local, time, frameArea)
    const cell = this.quotient(inFrame, this.scalar(merge * merge))
    const inCell = this.remainder(inFrame, cell, this.scalar(merge * merge))
    const cellY = this.quotient(cell, cellsWide)
    const cellX = this.remainder(cell, cellY, cellsWide)
    const rowInCell = this.quotient(inCell, this.scalar(merge))
    const place = (cells: Value, offset: Value) =>
      this.node('Add', [this.node('Mul', [cells, this.scalar(merge)]), offset])
    this.y = place(cellY, rowInCell)
    this.x = place(cellX, this.remainder(inCell, rowInCell, this.scalar(merge)))
    // The first patch of the image plus the frame's index: unique, because an image has more patches than frames.
    this.frame = this.node('Add', [start, time])
    const cellsPerWindow = this.scalar(Math.floor(config.windowSize / config.patchSize / merge))
    this.window = this.node('Add', [
      this.node('Mul', [this.quotient(cellY, cellsPerWindow), this.scalar(maxSide)]),
      this.quotient(cellX, cellsPerWindow),
    ])
  }

  /** cos or sin f32 [P, head_dim / 2]: first the frequencies of rows, then those of columns. */
  rotation(name: 'cos' | 'sin'): Value {
    const frequencies = inverseFrequencies(10000, this.config.headDim / 2)
    const table = this.graph.floats(`rope.${name}.table`, rotaryTable(maxSide, frequencies, Math[name]), [
      maxSide,
      frequencies.length,
    ])
    const axis = (value: Value) => {
      const index = this.node('Reshape', [this.node('Cast', [value], { to: { int: i32 } }), this.graph.int64s([-1])])
      return this.node('Gather', [table, index])
    }
    return this.node('Concat', [axis(this.y), axis(this.x)], { axis: { int: 1 } })
  }

  /** Additive mask f32 [1, 1, P, P]: 0 for two patches that are equal in all keys, very negative otherwise. */
  bias(name: string, keys: readonly Value[]): Value {
    const products = keys.map((key) => {
      const other = this.node('Reshape', [key, this.graph.int64s([1, -1])])
      return this.node('Cast', [this.node('Equal', [key, other])], { to: { int: f32 } })
    })
    const same = products.reduce((left, right) => this.node('Mul', [left, right]))
    const negative = this.node('Sub', [same, this.scalar(1)])
    const scaled = this.node('Mul', [negative, this.scalar(30000)])
    return this.graph.node('Unsqueeze', `${name}.bias.f32`, [scaled, this.graph.int64s([0, 1])])
  }

  /** floor(a / b) of integers. Adding 0.5 keeps an inexact quotient from falling below an integer. */
  private quotient(a: Value, b: Value): Value {
    return this.node('Floor', [this.node('Div', [this.node('Add', [a, this.scalar(0.5)]), b])])
  }

  private remainder(a: Value, quotient: Value, b: Value): Value {
    return this.node('Sub', [a, this.node('Mul', [quotient, b])])
  }

  private scalar(value: number): Value {
    return this.graph.floats(`scalar_${value}`, [value], [])
  }

  private node(op: string, inputs: readonly Value[], attributes: Parameters<Graph['node']>[3] = {}): Value {
    return this.graph.node(op, `geometry.${this.temporaries++}`, inputs, attributes)
  }
}

/** f(row * frequency) [rows, frequencies], with the angle in float32 as in PyTorch. */
function rotaryTable(rows: number, frequencies: Float32Array, f: (angle: number) => number): number[] {
  const table: number[] = []
  for (let row = 0; row < rows; row++) for (const each of frequencies) table.push(f(Math.fround(row * each)))
  return table
}
