import { CheckpointError } from '../../base/errors.ts'
import { floatToHalf } from '../../base/float16.ts'
import type { ByteSource, CheckpointFiles } from './source.ts'

/** A Qwen2.5-VL checkpoint in memory, a few kilobytes large, for tests. */

export const tinyConfig = {
  model_type: 'qwen2_5_vl',
  architectures: ['Qwen2_5_VLForConditionalGeneration'],
  vocab_size: 16,
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  num_key_value_heads: 1,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-6,
  rope_theta: 1e6,
  rope_scaling: { type: 'mrope', mrope_section: [0, 1, 1] },
  tie_word_embeddings: true,
  eos_token_id: 3,
  image_token_id: 4,
  video_token_id: 5,
  vision_start_token_id: 6,
  vision_end_token_id: 7,
  vision_config: {
    depth: 2,
    hidden_size: 8,
    num_heads: 2,
    intermediate_size: 10,
    out_hidden_size: 8,
    in_chans: 3,
    patch_size: 2,
    temporal_patch_size: 2,
    spatial_merge_size: 2,
    window_size: 8,
    fullatt_block_indexes: [1],
    tokens_per_second: 2,
  },
}

export interface FixtureTensor {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly data: Uint8Array<ArrayBuffer>
}

/** The published names and shapes, written out apart from the code under test. */
export function tinyShapes(): Map<string, number[]> {
  const shapes = new Map<string, number[]>([['model.embed_tokens.weight', [16, 8]]])
  for (const layer of [0, 1]) {
    const entries: [string, number[]][] = [
      ['input_layernorm.weight', [8]],
      ['mlp.down_proj.weight', [8, 12]],
      ['mlp.gate_proj.weight', [12, 8]],
      ['mlp.up_proj.weight', [12, 8]],
      ['post_attention_layernorm.weight', [8]],
      ['self_attn.k_proj.bias', [4]],
      ['self_attn.k_proj.weight', [4, 8]],
      ['self_attn.o_proj.weight', [8, 8]],
      ['self_attn.q_proj.bias', [8]],
      ['self_attn.q_proj.weight', [8, 8]],
      ['self_attn.v_proj.bias', [4]],
      ['self_attn.v_proj.weight', [4, 8]],
    ]
    for (const [name, shape] of entries) shapes.set(`model.layers.${layer}.${name}`, shape)
  }
  shapes.set('model.norm.weight', [8])
  for (const block of [0, 1]) {
    const entries: [string, number[]][] = [
      ['attn.proj.bias', [8]],
      ['attn.proj.weight', [8, 8]],
      ['attn.qkv.bias', [24]],
      ['attn.qkv.weight', [24, 8]],
      ['mlp.down_proj.bias', [8]],
      ['mlp.down_proj.weight', [8, 10]],
      ['mlp.gate_proj.bias', [10]],
      ['mlp.gate_proj.weight', [10, 8]],
      ['mlp.up_proj.bias', [10]],
      ['mlp.up_proj.weight', [10, 8]],
      ['norm1.weight', [8]],
      ['norm2.weight', [8]],
    ]
    for (const [name, shape] of entries) shapes.set(`visual.blocks.${block}.${name}`, shape)
  }
  shapes.set('visual.merger.ln_q.weight', [8])
  shapes.set('visual.merger.mlp.0.bias', [32])
  shapes.set('visual.merger.mlp.0.weight', [32, 32])
  shapes.set('visual.merger.mlp.2.bias', [8])
  shapes.set('visual.merger.mlp.2.weight', [8, 32])
  shapes.set('visual.patch_embed.proj.weight', [8, 3, 2, 2, 2])
  return shapes
}

export function product(shape: readonly number[]): number {
  return shape.reduce((values, size) => values * size, 1)
}

/** Values that all three dtypes hold exactly, different for every tensor. */
export function tinyValues(name: string, count: number): Float32Array {
  let seed = 7
  for (const char of name) seed = (seed * 31 + char.charCodeAt(0)) % 9973
  const values = new Float32Array(count)
  for (let i = 0; i < count; i++) values[i] = (((seed + i * 37) % 255) - 127) / 64
  return values
}

export function encodeValues(values: Float32Array, dtype: string): Uint8Array<ArrayBuffer> {
  if (dtype === 'F32') return new Uint8Array(values.slice().buffer)
  const bits = new Uint32Array(values.slice().buffer)
  const halves = new Uint16Array(values.length)
  for (let i = 0; i < halves.length; i++) halves[i] = dtype === 'F16' ? floatToHalf(values[i]) : bits[i] >>> 16
  return new Uint8Array(halves.buffer)
}

export function tinyTensors(dtype = 'BF16', shapes: ReadonlyMap<string, readonly number[]> = tinyShapes()) {
  return [...shapes].map(
    ([name, shape]): FixtureTensor => ({
      name,
      dtype,
      shape,
      data: encodeValues(tinyValues(name, product(shape)), dtype),
    }),
  )
}

/** A safetensors file from a header, as an object or as text, and what follows it. */
export function assemble(header: unknown, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = typeof header === 'string' ? header : JSON.stringify(header)
  const encoded = new TextEncoder().encode(text)
  const file = new Uint8Array(8 + encoded.length + data.length)
  new DataView(file.buffer).setBigUint64(0, BigInt(encoded.length), true)
  file.set(encoded, 8)
  file.set(data, 8 + encoded.length)
  return file
}

export function encodeSafetensors(tensors: readonly FixtureTensor[]): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: { format: 'pt' } }
  const data = new Uint8Array(tensors.reduce((bytes, tensor) => bytes + tensor.data.length, 0))
  let at = 0
  for (const { name, dtype, shape, data: bytes } of tensors) {
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] }
    data.set(bytes, at)
    at += bytes.length
  }
  return assemble(header, data)
}

export const text = (value: unknown) =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))

export const sidecars = (): Map<string, Uint8Array<ArrayBuffer>> =>
  new Map([
    ['config.json', text(tinyConfig)],
    ['tokenizer.json', text({ model: {} })],
    ['generation_config.json', text({ eos_token_id: [3] })],
  ])

/** One weights file, or two shards and their index. */
export function tinyCheckpoint(
  options: { shards?: boolean; dtype?: string; rename?: (name: string) => string } = {},
): Map<string, Uint8Array<ArrayBuffer>> {
  const { rename = (name) => name } = options
  const tensors = tinyTensors(options.dtype).map((tensor) => ({ ...tensor, name: rename(tensor.name) }))
  const files = sidecars()
  if (!options.shards) return files.set('model.safetensors', encodeSafetensors(tensors))
  const middle = tensors.length >> 1
  const shards = [tensors.slice(0, middle), tensors.slice(middle)]
  const weightMap: Record<string, string> = {}
  shards.forEach((shard, i) => {
    const name = `model-0000${i + 1}-of-00002.safetensors`
    files.set(name, encodeSafetensors(shard))
    for (const tensor of shard) weightMap[tensor.name] = name
  })
  return files.set('model.safetensors.index.json', text({ metadata: { total_size: 0 }, weight_map: weightMap }))
}

/** Files in memory. Records what was read; reading past the end fails as every source does. */
export class MemoryFiles implements CheckpointFiles {
  readonly origin = 'memory'
  readonly reads: { name: string; offset: number; length: number }[] = []
  closed = false
  readonly #files: ReadonlyMap<string, Uint8Array>

  constructor(files: ReadonlyMap<string, Uint8Array>) {
    this.#files = files
  }

  async open(name: string): Promise<ByteSource | undefined> {
    const bytes = this.#files.get(name)
    if (bytes === undefined) return undefined
    return {
      name,
      size: bytes.length,
      read: async (offset, length, signal) => {
        signal?.throwIfAborted()
        this.reads.push({ name, offset, length })
        if (offset + length > bytes.length) {
          throw new CheckpointError({ code: 'truncated', message: 'Too short.', action: 'None.', subject: name })
        }
        // A view at whatever alignment the file gives it.
        return bytes.subarray(offset, offset + length)
      },
    }
  }

  async close(): Promise<void> {
    this.closed = true
  }
}
