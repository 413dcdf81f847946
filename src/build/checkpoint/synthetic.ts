import { parseConfig } from '../../qwen25vl/index.ts'
import { expectedTensors } from './architecture.ts'
import type { ByteSource, CheckpointFiles } from './source.ts'

export const syntheticModels = ['middle', '3b', '7b'] as const
export type SyntheticModel = (typeof syntheticModels)[number]

interface Shape {
  readonly hidden: number
  readonly intermediate: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly vocab: number
  readonly tied: boolean
  readonly vision: VisionShape
}

interface VisionShape {
  readonly depth: number
  readonly hidden: number
  readonly heads: number
  readonly intermediate: number
  readonly fullAttention: readonly number[]
}

const publishedVision: VisionShape = {
  depth: 32,
  hidden: 1280,
  heads: 16,
  intermediate: 3420,
  fullAttention: [7, 15, 23, 31],
}

/** Dimensions of the published sizes (from the Qwen2.5-VL model cards), and of a small one for software adapters. */
const shapes: Readonly<Record<SyntheticModel, Shape>> = {
  // About 20 million parameters besides a token table of the published length; heads have the published widths.
  middle: {
    hidden: 256,
    intermediate: 1376,
    layers: 6,
    heads: 2,
    kvHeads: 1,
    vocab: 151936,
    tied: true,
    vision: { depth: 8, hidden: 320, heads: 4, intermediate: 856, fullAttention: [3, 7] },
  },
  '3b': {
    hidden: 2048,
    intermediate: 11008,
    layers: 36,
    heads: 16,
    kvHeads: 2,
    vocab: 151936,
    tied: true,
    vision: publishedVision,
  },
  '7b': {
    hidden: 3584,
    intermediate: 18944,
    layers: 28,
    heads: 28,
    kvHeads: 4,
    vocab: 152064,
    tied: false,
    vision: publishedVision,
  },
}

/** A network to generate weights for. */
export interface SyntheticNetwork {
  /** Part of the origin. */
  readonly name: string
  /** `config.json`. */
  readonly config: Readonly<Record<string, unknown>>
  /** `generation_config.json`. */
  readonly generation: Readonly<Record<string, unknown>>
  /** Standard deviation of the matrices' values. */
  readonly deviation: number
}

/** Values per table: a prime, so that rows of any width start at different places of it. */
const tableLength = 1048573
const bytesPerValue = 2
const shardBytes = 4 * 2 ** 30

interface SyntheticTensor {
  readonly name: string
  readonly shape: readonly number[]
  /** Offset in its shard's data, counted in values. */
  readonly start: number
  readonly values: number
  readonly table: Uint16Array
  /** Where in the table the tensor begins. */
  readonly phase: number
}

/**
 * A checkpoint of a published size whose bfloat16 values are generated as they are read and stored nowhere: normal
 * deviates with a heavy tail (one value in a thousand is eight times as large), each kind of tensor with the spread of
 * trained networks. It shows size, speed and memory of a build; the network's answers are meaningless.
 */
export class SyntheticFiles implements CheckpointFiles {
  readonly origin: string
  private readonly shards: readonly (readonly SyntheticTensor[])[]
  private readonly texts: ReadonlyMap<string, string>

  /** @param tokenizer tokenizer.json of the network's vocabulary: Qwen's for a published size */
  constructor(model: SyntheticModel | SyntheticNetwork, seed: number, tokenizer: string) {
    const network = typeof model === 'string' ? shapedNetwork(model) : model
    const { config, generation } = network
    const { patchSize, temporalPatchSize, spatialMergeSize } = parseConfig({ config, generation }).vision
    this.origin = `synthetic:${network.name}:${seed}`
    this.shards = layOut(network, seed)
    const weightMap: Record<string, string> = {}
    for (const [index, shard] of this.shards.entries()) {
      for (const { name } of shard) weightMap[name] = shardName(index, this.shards.length)
    }
    this.texts = new Map([
      ['config.json', JSON.stringify(config)],
      ['generation_config.json', JSON.stringify(generation)],
      [
        'preprocessor_config.json',
        JSON.stringify({
          image_processor_type: 'Qwen2VLImageProcessor',
          processor_class: 'Qwen2_5_VLProcessor',
          image_mean: [0.48145466, 0.4578275, 0.40821073],
          image_std: [0.26862954, 0.26130258, 0.27577711],
          patch_size: patchSize,
          temporal_patch_size: temporalPatchSize,
          merge_size: spatialMergeSize,
        }),
      ],
      ['tokenizer.json', tokenizer],
      ['tokenizer_config.json', JSON.stringify(tokenizerConfig)],
      ['model.safetensors.index.json', JSON.stringify({ metadata: {}, weight_map: weightMap })],
    ])
  }

  /** Bytes of all weights. */
  get weightBytes(): number {
    return this.shards.flat().reduce((sum, { values }) => sum + values * bytesPerValue, 0)
  }

  async open(name: string): Promise<ByteSource | undefined> {
    const text = this.texts.get(name)
    if (text !== undefined) return memorySource(name, new TextEncoder().encode(text))
    const index = this.shards.findIndex((_, shard) => shardName(shard, this.shards.length) === name)
    return index < 0 ? undefined : shardSource(name, this.shards[index])
  }

  async close(): Promise<void> {}
}

/** tokenizer_config.json of the published models, without what tokenizer.json holds too; transformers.js needs one. */
const tokenizerConfig = {
  tokenizer_class: 'Qwen2Tokenizer',
  eos_token: '<|im_end|>',
  pad_token: '<|endoftext|>',
  bos_token: null,
  unk_token: null,
  clean_up_tokenization_spaces: false,
}

function shapedNetwork(model: SyntheticModel): SyntheticNetwork {
  const { hidden, intermediate, layers, heads, kvHeads, vocab, tied, vision } = shapes[model]
  const config = {
    architectures: ['Qwen2_5_VLForConditionalGeneration'],
    model_type: 'qwen2_5_vl',
    vocab_size: vocab,
    hidden_size: hidden,
    intermediate_size: intermediate,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    hidden_act: 'silu',
    max_position_embeddings: 128000,
    rms_norm_eps: 1e-6,
    use_sliding_window: false,
    tie_word_embeddings: tied,
    rope_theta: 1e6,
    rope_scaling: { type: 'mrope', mrope_section: [16, 24, 24] },
    image_token_id: 151655,
    video_token_id: 151656,
    vision_start_token_id: 151652,
    vision_end_token_id: 151653,
    bos_token_id: 151643,
    eos_token_id: 151645,
    vision_config: {
      depth: vision.depth,
      hidden_size: vision.hidden,
      num_heads: vision.heads,
      intermediate_size: vision.intermediate,
      out_hidden_size: hidden,
      in_chans: 3,
      patch_size: 14,
      spatial_merge_size: 2,
      temporal_patch_size: 2,
      window_size: 112,
      fullatt_block_indexes: vision.fullAttention,
      tokens_per_second: 2,
      hidden_act: 'silu',
    },
  }
  const generation = { do_sample: false, eos_token_id: [151645, 151643], pad_token_id: 151643 }
  return { name: model, config, generation, deviation: 0.02 }
}

function layOut(network: SyntheticNetwork, seed: number): SyntheticTensor[][] {
  const random = generator(seed)
  const tables = {
    weight: normalTable(random, 0, network.deviation, true),
    bias: normalTable(random, 0, 0.1, true),
    norm: normalTable(random, 1, 0.1, false),
  }
  const shards: SyntheticTensor[][] = [[]]
  let used = 0
  const config = parseConfig(network)
  for (const { name, shape } of expectedTensors(config)) {
    const values = shape.reduce((product, size) => product * size, 1)
    if ((used + values) * bytesPerValue > shardBytes && used > 0) {
      shards.push([])
      used = 0
    }
    const table = name.endsWith('bias') ? tables.bias : shape.length === 1 ? tables.norm : tables.weight
    const phase = Math.floor(random() * tableLength)
    shards[shards.length - 1].push({ name, shape, start: used, values, table, phase })
    used += values
  }
  return shards.map(sortedByName)
}

/** Sorted by name, the order in which writers of safetensors files store tensors of one dtype. */
function sortedByName(tensors: readonly SyntheticTensor[]): SyntheticTensor[] {
  let start = 0
  return tensors
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((tensor) => {
      const placed = { ...tensor, start }
      start += tensor.values
      return placed
    })
}

function shardName(index: number, count: number): string {
  const five = (value: number) => String(value).padStart(5, '0')
  return `model-${five(index + 1)}-of-${five(count)}.safetensors`
}

function shardSource(name: string, tensors: readonly SyntheticTensor[]): ByteSource {
  const entries = tensors.map(({ name: tensor, shape, start, values }) => [
    tensor,
    { dtype: 'BF16', shape, data_offsets: [start * bytesPerValue, (start + values) * bytesPerValue] },
  ])
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)))
  const header = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true)
  header.set(json, 8)
  const last = tensors[tensors.length - 1]
  const size = header.length + (last.start + last.values) * bytesPerValue
  return {
    name,
    size,
    async read(offset, length) {
      const out = new Uint8Array(length)
      if (offset < header.length) out.set(header.subarray(offset, offset + length))
      const first = Math.max(offset, header.length) - header.length
      const end = offset + length - header.length
      for (const tensor of tensors) {
        const from = Math.max(first, tensor.start * bytesPerValue)
        const to = Math.min(end, (tensor.start + tensor.values) * bytesPerValue)
        if (from < to) fill(out, from + header.length - offset, tensor, from - tensor.start * bytesPerValue, to - from)
      }
      return out
    },
  }
}

/** Copies `count` bytes of a tensor, starting at its byte `from`, from its table. */
function fill(out: Uint8Array, at: number, tensor: SyntheticTensor, from: number, count: number): void {
  const table = new Uint8Array(tensor.table.buffer)
  let position = (tensor.phase * bytesPerValue + from) % table.length
  for (let done = 0; done < count; ) {
    const piece = Math.min(count - done, table.length - position)
    out.set(table.subarray(position, position + piece), at + done)
    done += piece
    position = 0
  }
}

/** bfloat16 normal deviates. */
function normalTable(random: () => number, mean: number, deviation: number, heavyTail: boolean): Uint16Array {
  const floats = new Float32Array(tableLength)
  for (let i = 0; i < tableLength; i++) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    floats[i] = mean + normal * deviation * (heavyTail && random() < 1e-3 ? 8 : 1)
  }
  const bits = new Uint32Array(floats.buffer)
  return Uint16Array.from(bits, (value) => (value + 0x7fff + ((value >>> 16) & 1)) >>> 16)
}

/** Mulberry32. */
function generator(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

function memorySource(name: string, bytes: Uint8Array): ByteSource {
  return { name, size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) }
}
