import { existsSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DirectoryFiles } from '../../../cli/directory-files.ts'
import { CheckpointError, ConfigError } from '../../base/errors.ts'
import { parseConfig } from '../../qwen25vl/index.ts'
import { checkArchitecture, expectedTensors } from './architecture.ts'
import {
  encodeSafetensors,
  MemoryFiles,
  sidecars,
  text,
  tinyCheckpoint,
  tinyConfig,
  tinyShapes,
  tinyTensors,
} from './checkpoint.fixture.ts'
import { openCheckpoint } from './checkpoint.ts'
import { readConfig } from './read-config.ts'

/** Opens and checks a checkpoint of these tensors under this config; returns the code and subject it fails with. */
async function check(shapes: ReadonlyMap<string, readonly number[]>, config: object = tinyConfig, dtype = 'BF16') {
  const files = sidecars().set('config.json', text(config))
  files.set('model.safetensors', encodeSafetensors(tinyTensors(dtype, shapes)))
  const checkpoint = await openCheckpoint(new MemoryFiles(files))
  try {
    checkArchitecture(checkpoint, readConfig(checkpoint))
    return 'fine'
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    expect(error.action).not.toBe('')
    return `${error.code}: ${error.subject}`
  }
}

test('expects exactly the tensors of the published layout', () => {
  const expected = [...expectedTensors(parseConfig({ config: tinyConfig }))]
  expect(new Map(expected.map(({ name, shape }) => [name, [...shape]]))).toEqual(tinyShapes())
  expect(expected.length).toBe(tinyShapes().size)
})

test('expects lm_head.weight only where the embeddings are not tied', async () => {
  const untied = { ...tinyConfig, tie_word_embeddings: false }
  const withHead = tinyShapes().set('lm_head.weight', [16, 8])
  expect(await check(tinyShapes(), untied)).toBe('missing-tensor: lm_head.weight')
  expect(await check(withHead, untied)).toBe('fine')
  expect(await check(tinyShapes())).toBe('fine')
  // Tied, and yet stored: the embeddings are used.
  expect(await check(withHead)).toBe('fine')
  expect(await check(tinyShapes().set('lm_head.weight', [1]))).toBe('fine')
})

test('finds every tensor that is missing or has another shape', async () => {
  for (const [name, shape] of tinyShapes()) {
    const without = tinyShapes()
    without.delete(name)
    expect(await check(without)).toBe(`missing-tensor: ${name}`)
    expect(await check(tinyShapes().set(name, shape.with(0, shape[0] + 1)))).toBe(`wrong-shape: ${name}`)
    expect(await check(tinyShapes().set(name, [...shape, 1]))).toBe(`wrong-shape: ${name}`)
  }
})

test('refuses tensors whose absence from the graph would change the result', async () => {
  for (const name of [
    'model.layers.0.self_attn.o_proj.bias',
    'model.layers.2.input_layernorm.weight',
    'visual.blocks.2.norm1.weight',
    'model.layers.0.mlp.up_proj.weight_scale',
  ]) {
    expect(await check(tinyShapes().set(name, [8]))).toBe(`unexpected-tensor: ${name}`)
  }
  expect(await check(tinyShapes().set('model.layers.0.self_attn.rotary_emb.inv_freq', [4]))).toBe('fine')
  expect(await check(tinyShapes().set('value_head.weight', [8]))).toBe('fine')
})

test('refuses a dtype that cannot be read before any work begins', async () => {
  const files = tinyCheckpoint()
  files.set('model.safetensors', encodeSafetensors(tinyTensors().map((tensor) => ({ ...tensor, dtype: 'I16' }))))
  const checkpoint = await openCheckpoint(new MemoryFiles(files))
  expect(() => checkArchitecture(checkpoint, readConfig(checkpoint))).toThrow(
    expect.objectContaining({ code: 'unsupported-dtype' }),
  )
})

test('says that a file is not JSON, or that a field is at fault', async () => {
  const open = (name: string, content: string) =>
    openCheckpoint(new MemoryFiles(tinyCheckpoint().set(name, text(content)))).then(readConfig)
  await expect(open('config.json', '{')).rejects.toThrow(expect.objectContaining({ code: 'bad-json' }))
  await expect(open('generation_config.json', 'x')).rejects.toThrow(
    expect.objectContaining({ code: 'bad-json', subject: 'generation_config.json' }),
  )
  await expect(open('config.json', '{"model_type":"llama"}')).rejects.toThrow(ConfigError)
})

describe.each(['plain', 'outlier'])('the reference checkpoint %s', (name) => {
  const directory = new URL(`../../../shared/reference/data/${name}/checkpoint/`, import.meta.url).pathname
  test.runIf(existsSync(directory))('has the architecture that its config names', async () => {
    const checkpoint = await openCheckpoint(new DirectoryFiles(directory))
    const config = readConfig(checkpoint)
    checkArchitecture(checkpoint, config)
    expect([...expectedTensors(config)].map(({ name }) => name).toSorted()).toEqual(checkpoint.names.toSorted())
    await checkpoint.close()
  })
})
