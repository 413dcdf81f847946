import { describe, expect, test } from 'vitest'
import { VidemoError } from '../../base/errors.ts'
import { checkArchitecture } from './architecture.ts'
import { BlobFiles } from './blob-files.ts'
import {
  encodeSafetensors,
  MemoryFiles,
  sidecars,
  text,
  tinyCheckpoint,
  tinyConfig,
  tinyTensors,
} from './checkpoint.fixture.ts'
import { openCheckpoint } from './checkpoint.ts'
import { readConfig } from './read-config.ts'
import type { CheckpointFiles } from './source.ts'

type Contents = Map<string, Uint8Array<ArrayBuffer>>

async function failure(files: CheckpointFiles): Promise<VidemoError> {
  try {
    const checkpoint = await openCheckpoint(files)
    checkArchitecture(checkpoint, readConfig(checkpoint))
  } catch (error) {
    if (error instanceof VidemoError) return error
    throw error
  }
  throw new Error('opening succeeded')
}

/** Listed as a folder is, and asked by name as an address is. */
const places: readonly (readonly [string, (contents: Contents) => CheckpointFiles])[] = [
  [
    'in a folder',
    (contents) => new BlobFiles(new Map(Array.from(contents, ([name, bytes]) => [name, new Blob([bytes])]))),
  ],
  ['at an address', (contents) => new MemoryFiles(contents)],
]

const withConfig = (change: object): Contents => tinyCheckpoint().set('config.json', text({ ...tinyConfig, ...change }))
const noWeights = (): Contents => sidecars()
const adapterConfig = text({ peft_type: 'LORA', base_model_name_or_path: 'Qwen/Qwen2.5-VL-3B-Instruct' })
const withTensor = (name: string, dtype = 'U8'): Contents => {
  const extra = { name, dtype, shape: [4], data: new Uint8Array(dtype === 'I32' ? 16 : 4) }
  return sidecars().set('model.safetensors', encodeSafetensors([...tinyTensors(), extra]))
}

describe.each(places)('%s', (_where, place) => {
  test.each<[string, Contents, string, string]>([
    [
      'a LoRA adapter',
      new Map([
        ['adapter_config.json', adapterConfig],
        ['adapter_model.safetensors', text('x')],
        ['README.md', text('---\nbase_model: x\n---')],
      ]),
      'lora-adapter',
      'Qwen/Qwen2.5-VL-3B-Instruct',
    ],
    ['a LoRA adapter beside a config', noWeights().set('adapter_config.json', adapterConfig), 'lora-adapter', 'LoRA'],
    [
      'an adapter that was never merged',
      withTensor('model.layers.0.self_attn.q_proj.lora_A.weight'),
      'lora-adapter',
      'lora_A',
    ],
    [
      'a GGUF model',
      new Map([
        ['videmo-3b-q4_k_m.gguf', text('GGUF')],
        ['README.md', text('---\nlicense: apache-2.0\ntags:\n- gguf\n- llama.cpp\n---\n# VidEmo')],
      ]),
      'gguf',
      'GGUF',
    ],
    ['pytorch_model.bin', noWeights().set('pytorch_model.bin', text('x')), 'pytorch-weights', 'pytorch_model.bin'],
    [
      'shards of pytorch_model.bin',
      noWeights().set('pytorch_model.bin.index.json', text('{}')).set('pytorch_model-00001-of-00002.bin', text('x')),
      'pytorch-weights',
      'pytorch_model',
    ],
    [
      'bitsandbytes',
      withConfig({ quantization_config: { load_in_4bit: true } }),
      'quantized-checkpoint',
      'bitsandbytes',
    ],
    ['AWQ', withConfig({ quantization_config: { quant_method: 'awq', bits: 4 } }), 'quantized-checkpoint', 'AWQ'],
    ['GPTQ', withConfig({ quantization_config: { quant_method: 'gptq' } }), 'quantized-checkpoint', 'GPTQ'],
    ['FP8', withConfig({ quantization_config: { quant_method: 'fp8' } }), 'quantized-checkpoint', 'FP8'],
    [
      'an unknown method',
      withConfig({ quantization_config: { quant_method: 'newq' } }),
      'quantized-checkpoint',
      'newq',
    ],
    ['MLX', withConfig({ quantization: { group_size: 64, bits: 4 } }), 'quantized-checkpoint', 'MLX'],
    [
      'quantization of the text alone',
      withConfig({ text_config: { ...tinyConfig, quantization_config: { quant_method: 'compressed-tensors' } } }),
      'quantized-checkpoint',
      'compressed-tensors',
    ],
    ['packed tensors', withTensor('model.layers.0.mlp.up_proj.qweight', 'I32'), 'quantized-checkpoint', 'GPTQ or AWQ'],
    ['FP8 tensors', withTensor('model.layers.0.mlp.up_proj.weights', 'F8_E4M3'), 'quantized-checkpoint', 'FP8'],
    ['another architecture', withConfig({ model_type: 'qwen2_vl' }), 'other-architecture', 'Qwen2-VL'],
    // Named before anything is missed that only a Qwen2.5-VL checkpoint has.
    [
      'another architecture alone',
      new Map([['config.json', text({ model_type: 'llava' })]]),
      'other-architecture',
      'llava',
    ],
    [
      'a clone without its large files',
      sidecars().set(
        'model.safetensors',
        text(`version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 3981385304\n`),
      ),
      'lfs-pointer',
      '3981385304',
    ],
    [
      'a tokenizer that was not fetched',
      tinyCheckpoint().set('tokenizer.json', text('version https://git-lfs.github.com/spec/v1\nsize 11421896\n')),
      'lfs-pointer',
      'tokenizer.json',
    ],
    ['nothing', new Map(), 'missing-file', 'config.json'],
    ['no weights', noWeights(), 'missing-file', 'model.safetensors'],
  ])('%s is named', async (_what, contents, code, words) => {
    const error = await failure(place(contents))
    expect(error.code).toBe(code)
    expect(error.message).toContain(words)
    expect(error.action).not.toBe('')
  })
})

test.each([
  ['model.onnx', 'onnx-weights'],
  ['consolidated.00.pth', 'pytorch-weights'],
  ['zero_to_fp32.py', 'training-checkpoint'],
  ['flax_model.msgpack', 'other-weights'],
  ['tf_model.h5', 'other-weights'],
])('a folder with %s is %s', async (name, code) => {
  const files = new BlobFiles(
    new Map(Array.from(noWeights().set(name, text('x')), ([key, bytes]) => [key, new Blob([bytes])])),
  )
  expect(await failure(files)).toMatchObject({ code, subject: name })
})

test('weights of the right kind count, whatever lies beside them', async () => {
  const files = tinyCheckpoint().set('adapter_config.json', adapterConfig).set('pytorch_model.bin', text('x'))
  await expect(openCheckpoint(new MemoryFiles(files))).resolves.toBeDefined()
})
