import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { DirectoryFiles } from '../../../cli/directory-files.ts'
import { CheckpointError } from '../../base/errors.ts'
import {
  encodeSafetensors,
  encodeValues,
  type FixtureTensor,
  MemoryFiles,
  product,
  sidecars,
  text,
  tinyCheckpoint,
  tinyShapes,
  tinyValues,
} from './checkpoint.fixture.ts'
import { openCheckpoint } from './checkpoint.ts'
import { readText } from './sidecars.ts'
import { canonicalName } from './spellings.ts'

const newSpelling = (name: string) =>
  name.startsWith('visual.') ? `model.${name}` : name.replace(/^model\./, 'model.language_model.')

async function failure(work: Promise<unknown>): Promise<CheckpointError> {
  const error: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(error instanceof CheckpointError)) throw new Error(`expected a CheckpointError, got ${error}`)
  expect(error.action).not.toBe('')
  expect(error.subject ?? '').not.toBe('')
  return error
}

/** A checkpoint of one tensor. */
function holding(...tensors: FixtureTensor[]) {
  return openCheckpoint(new MemoryFiles(sidecars().set('model.safetensors', encodeSafetensors(tensors))))
}

function tensor(dtype: string, shape: number[], values: Float32Array, name = 't'): FixtureTensor {
  return { name, dtype, shape, data: encodeValues(values, dtype) }
}

describe.each(['BF16', 'F16', 'F32'])('%s', (dtype) => {
  test.each([
    ['one file', false, (name: string) => name],
    ['two shards', true, (name: string) => name],
    ['two shards, newer names', true, newSpelling],
  ])('reads every tensor of %s', async (_what, shards, rename) => {
    const files = new MemoryFiles(tinyCheckpoint({ shards, dtype, rename }))
    const checkpoint = await openCheckpoint(files)
    expect(checkpoint.names.toSorted()).toEqual([...tinyShapes().keys()].toSorted())
    expect(checkpoint.weightFiles.length).toBe(shards ? 2 : 1)
    for (const [name, shape] of tinyShapes()) {
      expect(checkpoint.has(name)).toBe(true)
      expect(checkpoint.expectShape(name, shape)).toMatchObject({ name, shape, dtype })
      expect(await checkpoint.read(name)).toEqual(tinyValues(name, product(shape)))
    }
    await checkpoint.close()
    expect(files.closed).toBe(true)
  })

  test('reads rows of matrices, vectors, tensors of more axes and scalars', async () => {
    const values = tinyValues('t', 60)
    for (const [shape, width] of [
      [[12, 5], 5],
      [[60], 1],
      [[5, 3, 2, 2], 12],
      [[60, 1], 1],
    ] as const) {
      const checkpoint = await holding(tensor(dtype, [...shape], values))
      for (const [first, count] of [
        [0, shape[0]],
        [1, 3],
        [shape[0] - 1, 1],
        [shape[0], 0],
      ]) {
        const rows = await checkpoint.readRows('t', first, count)
        expect(rows).toEqual(values.slice(first * width, (first + count) * width))
      }
    }
    expect(await (await holding(tensor(dtype, [], values.slice(0, 1)))).read('t')).toEqual(values.slice(0, 1))
    expect(await (await holding(tensor(dtype, [0, 7], values.slice(0, 0)))).read('t')).toEqual(new Float32Array())
  })

  test('fills a given array and returns the part that it filled', async () => {
    const values = tinyValues('t', 12)
    const checkpoint = await holding(tensor(dtype, [4, 3], values))
    const out = new Float32Array(10).fill(9)
    const rows = await checkpoint.readRows('t', 1, 2, out)
    expect(rows.buffer).toBe(out.buffer)
    expect(rows).toEqual(values.slice(3, 9))
    expect([...out.subarray(6)]).toEqual([9, 9, 9, 9])
    await expect(checkpoint.readRows('t', 0, 4, out)).rejects.toThrow(RangeError)
  })

  test('reads data at every alignment', async () => {
    const values = tinyValues('t', 7)
    for (let padding = 1; padding <= 4; padding++) {
      const before = { name: 'p', dtype: 'U8', shape: [padding], data: new Uint8Array(padding) }
      expect(await (await holding(before, tensor(dtype, [7], values))).read('t')).toEqual(values)
    }
  })

  test('reads tensors larger than a block', async () => {
    const values = tinyValues('t', 5_000_001)
    const checkpoint = await holding(tensor(dtype, [5_000_001], values))
    expect(Buffer.compare(Buffer.from((await checkpoint.read('t')).buffer), Buffer.from(values.buffer))).toBe(0)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'refuses %s and says where',
    async (bad) => {
      for (const at of [0, 1, 6, 13, 14]) {
        const checkpoint = await holding(tensor(dtype, [5, 3], tinyValues('t', 15).with(at, bad)))
        const error = await failure(checkpoint.read('t'))
        expect(error.code).toBe('not-finite')
        expect(error.subject).toBe('t')
        expect(error.message).toContain(`holds ${bad} at [${Math.floor(at / 3)},${at % 3}]`)
        expect((await failure(checkpoint.readRows('t', Math.floor(at / 3), 1))).message).toBe(error.message)
      }
    },
  )

  test('says where in a large tensor a value is not finite', async () => {
    const checkpoint = await holding(
      tensor(dtype, [5001, 1000], tinyValues('t', 5_001_000).with(4_999_999, Number.NaN)),
    )
    expect((await failure(checkpoint.readRows('t', 3, 4998))).message).toContain('[4999,999]')
  })
})

test('refuses dtypes that are no floats, but only when they are read', async () => {
  const checkpoint = await holding(
    { name: 'ids', dtype: 'I64', shape: [1], data: new Uint8Array(8) },
    { name: 'f8', dtype: 'F8_E4M3', shape: [3], data: new Uint8Array(3) },
  )
  for (const name of ['ids', 'f8']) {
    const error = await failure(checkpoint.read(name))
    expect([error.code, error.subject]).toEqual(['unsupported-dtype', name])
    expect(() => checkpoint.expectFloats(name, checkpoint.tensor(name).shape)).toThrow(CheckpointError)
  }
})

test('says which tensor is missing, and which shape was found and which expected', async () => {
  const checkpoint = await holding(tensor('BF16', [4, 3], tinyValues('t', 12)))
  expect(checkpoint.has('u')).toBe(false)
  expect((await failure(checkpoint.read('t').then(() => checkpoint.tensor('u')))).code).toBe('missing-tensor')
  for (const shape of [[3, 4], [12], [4, 3, 1], []]) {
    const error = await failure(Promise.resolve().then(() => checkpoint.expectShape('t', shape)))
    expect(error.code).toBe('wrong-shape')
    expect(error.message).toContain('[4,3]')
    expect(error.message).toContain(`asks for [${shape}]`)
  }
})

test.each([
  [-1, 1],
  [0, 5],
  [4, 1],
  [0.5, 1],
  [0, Number.NaN],
  [0, 2 ** 53],
])('refuses rows %s + %s of four', async (first, count) => {
  const checkpoint = await holding(tensor('BF16', [4, 3], tinyValues('t', 12)))
  expect((await failure(checkpoint.readRows('t', first, count))).code).toBe('rows-out-of-range')
})

test('reads no weights before it is asked to', async () => {
  const files = new MemoryFiles(tinyCheckpoint({ shards: true }))
  const checkpoint = await openCheckpoint(files)
  const tensors = checkpoint.names.map((name) => checkpoint.tensor(name))
  for (const { name, offset, length } of files.reads.filter(({ name }) => name.endsWith('.safetensors'))) {
    const begin = Math.min(...tensors.filter(({ file }) => file === name).map((tensor) => tensor.begin))
    expect(offset + length).toBeLessThanOrEqual(begin)
  }
})

test('stops with the reason of the signal', async () => {
  const checkpoint = await openCheckpoint(new MemoryFiles(tinyCheckpoint()))
  const controller = new AbortController()
  controller.abort()
  await expect(openCheckpoint(new MemoryFiles(tinyCheckpoint()), controller.signal)).rejects.toThrow(
    expect.objectContaining({ name: 'AbortError' }),
  )
  await expect(checkpoint.readRows('model.norm.weight', 0, 8, undefined, controller.signal)).rejects.toThrow(
    expect.objectContaining({ name: 'AbortError' }),
  )
})

test('gives the text of the small files, undefined for those that are not there', async () => {
  const checkpoint = await openCheckpoint(new MemoryFiles(tinyCheckpoint()))
  expect(JSON.parse(checkpoint.sidecars.config)).toMatchObject({ model_type: 'qwen2_5_vl' })
  expect(checkpoint.sidecars.tokenizer).toBe('{"model":{}}')
  expect(checkpoint.sidecars.generationConfig).toBe('{"eos_token_id":[3]}')
  expect(checkpoint.sidecars.preprocessor).toBeUndefined()
})

describe('refuses a checkpoint', () => {
  const shard1 = 'model-00001-of-00002.safetensors'
  const shard2 = 'model-00002-of-00002.safetensors'
  const indexName = 'model.safetensors.index.json'
  const index = (map: unknown) => text({ weight_map: map })
  const bytesOf = (files: Map<string, Uint8Array<ArrayBuffer>>, name: string) => files.get(name) ?? new Uint8Array()

  test.each<[string, string, string, (files: Map<string, Uint8Array<ArrayBuffer>>) => unknown]>([
    ['without config.json', 'missing-file', 'config.json', (files) => files.delete('config.json')],
    ['without tokenizer.json', 'missing-file', 'tokenizer.json', (files) => files.delete('tokenizer.json')],
    ['without index', 'missing-file', indexName, (files) => files.delete(indexName)],
    ['without a shard', 'missing-shard', shard2, (files) => files.delete(shard2)],
    ['with config.json not UTF-8', 'not-utf8', 'config.json', (files) => files.set('config.json', Uint8Array.of(0xff))],
    ['with an index that is not JSON', 'bad-index', indexName, (files) => files.set(indexName, text('{'))],
    ['with an index that is an array', 'bad-index', indexName, (files) => files.set(indexName, text('[]'))],
    ['with an index without map', 'bad-index', indexName, (files) => files.set(indexName, text('{}'))],
    ['with an empty index', 'bad-index', indexName, (files) => files.set(indexName, index({}))],
    ['with an index of numbers', 'bad-index', indexName, (files) => files.set(indexName, index({ a: 1 }))],
    [
      'with an index that leaves',
      'bad-index',
      indexName,
      (files) => files.set(indexName, index({ a: '../x.safetensors' })),
    ],
    [
      'with an index to elsewhere',
      'bad-index',
      indexName,
      (files) => files.set(indexName, index({ a: 'https://x/x.safetensors' })),
    ],
    ['with an index to a pickle', 'bad-index', indexName, (files) => files.set(indexName, index({ a: 'model.bin' }))],
    [
      'with a tensor twice in the index',
      'bad-index',
      indexName,
      (files) => files.set(indexName, text(`{"weight_map":{"a":"${shard1}","a":"${shard2}"}}`)),
    ],
    ['with a tensor the shard lacks', 'index-mismatch', shard1, (files) => files.set(indexName, index({ a: shard1 }))],
    [
      'with its shards swapped',
      'index-mismatch',
      shard1,
      (files) => {
        const first = bytesOf(files, shard1)
        files.set(shard1, bytesOf(files, shard2)).set(shard2, first)
      },
    ],
    ['with a shard twice', 'index-mismatch', shard2, (files) => files.set(shard2, bytesOf(files, shard1))],
    ['with a shard cut short', 'truncated', shard2, (files) => files.set(shard2, bytesOf(files, shard2).slice(0, -1))],
    [
      'with both spellings of one name',
      'duplicate-tensor',
      'visual.a',
      (files) =>
        files.set(
          'model.safetensors',
          encodeSafetensors([
            tensor('BF16', [1], Float32Array.of(1), 'visual.a'),
            tensor('BF16', [1], Float32Array.of(1), 'model.visual.a'),
          ]),
        ),
    ],
  ])('%s (%s)', async (_what, code, subject, damage) => {
    const files = tinyCheckpoint({ shards: true })
    damage(files)
    const error = await failure(openCheckpoint(new MemoryFiles(files)))
    expect(error.code).toBe(code)
    expect(error.subject).toContain(subject)
    expect(error.message).toContain(subject)
  })

  test('with a sidecar of an absurd size, without reading it', async () => {
    const files = new MemoryFiles(sidecars())
    const huge = { name: 'config.json', size: 2 ** 40, read: () => Promise.reject(new Error('read')) }
    files.open = async () => huge
    expect((await failure(readText(files, 'config.json'))).code).toBe('too-large')
  })
})

test('takes optional files for absent where a store forbids them, required ones not', async () => {
  const forbid = (...names: string[]) => {
    const files = new MemoryFiles(tinyCheckpoint({ shards: true }))
    const open = files.open.bind(files)
    files.open = async (name) => {
      if (!names.includes(name)) return open(name)
      throw new CheckpointError({ code: 'not-allowed', message: 'Forbidden.', action: 'Ask.', subject: name })
    }
    return openCheckpoint(files)
  }
  const checkpoint = await forbid('generation_config.json', 'model.safetensors')
  expect(checkpoint.sidecars.generationConfig).toBeUndefined()
  expect(checkpoint.weightFiles.length).toBe(2)
  expect((await failure(forbid('config.json'))).code).toBe('not-allowed')
  expect((await failure(forbid('model-00001-of-00002.safetensors'))).code).toBe('not-allowed')
})

test('a single file wins over an index, as in transformers', async () => {
  const files = tinyCheckpoint({ shards: true })
  files.set('model.safetensors', encodeSafetensors([tensor('BF16', [1], Float32Array.of(1))]))
  expect((await openCheckpoint(new MemoryFiles(files))).names).toEqual(['t'])
})

test('tensors that the index does not name are no part of the checkpoint', async () => {
  const files = tinyCheckpoint({ shards: true })
  const name = 'model-00001-of-00002.safetensors'
  files.set('model.safetensors.index.json', text({ weight_map: { 'model.norm.weight': name } }))
  files.set(
    name,
    encodeSafetensors([
      tensor('BF16', [1], Float32Array.of(1), 'model.norm.weight'),
      tensor('BF16', [1], Float32Array.of(1), 'left.over'),
    ]),
  )
  expect((await openCheckpoint(new MemoryFiles(files))).names).toEqual(['model.norm.weight'])
})

test.each([
  ['model.visual.blocks.0.norm1.weight', 'visual.blocks.0.norm1.weight'],
  ['model.language_model.layers.1.mlp.up_proj.weight', 'model.layers.1.mlp.up_proj.weight'],
  ['model.language_model.embed_tokens.weight', 'model.embed_tokens.weight'],
  ['visual.merger.ln_q.weight', 'visual.merger.ln_q.weight'],
  ['model.norm.weight', 'model.norm.weight'],
  ['lm_head.weight', 'lm_head.weight'],
])('%s is %s outwards', (stored, canonical) => {
  expect(canonicalName(stored)).toBe(canonical)
})

describe.each(['plain', 'outlier'])('the reference checkpoint %s', (name) => {
  const directory = new URL(`../../../shared/reference/data/${name}/checkpoint/`, import.meta.url).pathname
  describe.runIf(existsSync(directory))('', () => {
    test('reads every tensor as its bytes say', async () => {
      const checkpoint = await openCheckpoint(new DirectoryFiles(directory))
      const index = JSON.parse(readFileSync(`${directory}model.safetensors.index.json`, 'utf8'))
      expect(checkpoint.names.toSorted()).toEqual(Object.keys(index.weight_map).toSorted())
      let bytes = 0
      for (const name of checkpoint.names) {
        const { file, begin, end, dtype } = checkpoint.tensor(name)
        expect(file).toBe(index.weight_map[name])
        expect(dtype).toBe('BF16')
        const stored = readFileSync(`${directory}${file}`).subarray(begin, end)
        const values = await checkpoint.read(name)
        expect(values.length).toBe(stored.length / 2)
        const back = new Uint16Array(new Uint32Array(values.buffer).map((bits) => bits >>> 16))
        expect(Buffer.compare(Buffer.from(back.buffer), stored)).toBe(0)
        bytes += stored.length
      }
      expect(bytes).toBe(index.metadata.total_size)
      await checkpoint.close()
    })
  })
})
