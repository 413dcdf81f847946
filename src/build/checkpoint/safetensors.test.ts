import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../../base/errors.ts'
import { findDuplicateKey } from '../../base/json.ts'
import { assemble, encodeSafetensors, MemoryFiles, tinyTensors } from './checkpoint.fixture.ts'
import { parseSafetensors } from './safetensors.ts'

async function parse(bytes: Uint8Array) {
  const source = await new MemoryFiles(new Map([['a.safetensors', bytes]])).open('a.safetensors')
  if (source === undefined) throw new Error('unreachable')
  return parseSafetensors(source)
}

async function failure(bytes: Uint8Array): Promise<CheckpointError> {
  const error: unknown = await parse(bytes).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(error instanceof CheckpointError)) throw new Error(`expected a CheckpointError, got ${error}`)
  expect(error.message).toContain('a.safetensors')
  expect(error.action).not.toBe('')
  return error
}

const data = (bytes: number) => new Uint8Array(bytes)
const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 2], dtype: unknown = 'BF16') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

test('reads names, dtypes, shapes and absolute offsets', async () => {
  const tensors = tinyTensors()
  const file = encodeSafetensors(tensors)
  const parsed = await parse(file)
  expect([...parsed.keys()]).toEqual(tensors.map(({ name }) => name))
  for (const { name, dtype, shape, data } of tensors) {
    const found = parsed.get(name)
    expect(found).toMatchObject({ name, dtype, shape })
    expect(file.subarray(found?.begin, found?.end)).toEqual(data)
  }
})

test('accepts scalars, empty tensors, no tensors, padding and keys of every kind', async () => {
  const header = `{"s":{"dtype":"F32","shape":[],"data_offsets":[0,4]},
    "e":{"dtype":"F32","shape":[0,5],"data_offsets":[4,4]},
    "__proto__":{"dtype":"I64","shape":[1],"data_offsets":[4,12]}, "toString":{"dtype":"F4","shape":[2],"data_offsets":[12,13]}}      `
  const parsed = await parse(assemble(header, data(13)))
  expect([...parsed.keys()].toSorted()).toEqual(['__proto__', 'e', 's', 'toString'])
  expect((await parse(assemble({}, data(0)))).size).toBe(0)
})

test('accepts entries in another order than their bytes', async () => {
  const parsed = await parse(assemble({ b: entry(4, 8), a: entry(0, 4) }, data(8)))
  expect(parsed.size).toBe(2)
})

describe('refuses', () => {
  test.each<[string, string, Uint8Array]>([
    ['an empty file', 'file-too-short', data(0)],
    ['seven bytes', 'file-too-short', data(7)],
    ['a Git LFS pointer', 'lfs-pointer', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\n')],
    ['a header longer than the file', 'bad-header-length', assemble({}, data(0)).with(0, 3)],
    ['a header beyond the limit', 'bad-header-length', assemble({}, data(0)).with(4, 1)],
    ['a header of 2^63 bytes', 'bad-header-length', assemble({}, data(0)).with(7, 0x80)],
    ['an HTML page', 'bad-header-length', new TextEncoder().encode('<!doctype html><title>404</title>')],
    ['an empty header', 'header-not-json', data(8)],
    ['a header that is not UTF-8', 'header-not-utf8', assemble('{"aaaa":1}', data(0)).with(11, 0xff)],
    ['a byte order mark', 'header-not-json', assemble('\ufeff{}', data(0))],
    ['a header that is not JSON', 'header-not-json', assemble('{"a":', data(0))],
    ['brackets without end', 'header-not-json', assemble('['.repeat(1e6), data(0))],
    ['a header that is an array', 'header-not-object', assemble('[]', data(0))],
    ['a header that is null', 'header-not-object', assemble('null', data(0))],
    ['metadata that are not text', 'bad-metadata', assemble({ __metadata__: { a: 1 } }, data(0))],
    ['an entry that is a number', 'bad-tensor-entry', assemble({ t: 1 }, data(0))],
    ['an entry without dtype', 'bad-tensor-entry', assemble({ t: { shape: [], data_offsets: [0, 0] } }, data(0))],
    ['an entry without shape', 'bad-tensor-entry', assemble({ t: { dtype: 'F32', data_offsets: [0, 0] } }, data(0))],
    ['an entry without offsets', 'bad-tensor-entry', assemble({ t: { dtype: 'F32', shape: [] } }, data(0))],
    ['three offsets', 'bad-tensor-entry', assemble({ t: { ...entry(0, 4), data_offsets: [0, 2, 4] } }, data(4))],
    ['an unknown dtype', 'unsupported-dtype', assemble({ t: entry(0, 4, [2], 'BF17') }, data(4))],
    ['a dtype from the prototype', 'unsupported-dtype', assemble({ t: entry(0, 4, [2], 'constructor') }, data(4))],
    ['a negative dimension', 'bad-shape', assemble({ t: entry(0, 4, [-2, -1]) }, data(4))],
    ['a broken dimension', 'bad-shape', assemble({ t: entry(0, 4, [0.5, 4]) }, data(4))],
    ['a dimension in words', 'bad-shape', assemble({ t: entry(0, 4, ['2']) }, data(4))],
    ['an object with a false toString', 'bad-shape', assemble({ t: entry(0, 4, [{ toString: 1 }]) }, data(4))],
    [
      'a dimension nested deeply',
      'bad-shape',
      assemble(`{"t":{"dtype":"F32","shape":[${'['.repeat(1e5)}${']'.repeat(1e5)}],"data_offsets":[0,0]}}`, data(0)),
    ],
    ['a dimension beyond 2^53', 'bad-shape', assemble({ t: entry(0, 4, [2 ** 60]) }, data(4))],
    [
      'an infinite dimension',
      'bad-shape',
      assemble('{"t":{"dtype":"F32","shape":[1e999],"data_offsets":[0,0]}}', data(0)),
    ],
    ['a product that overflows', 'bad-shape', assemble({ t: entry(0, 4, [2 ** 30, 2 ** 30, 2 ** 30]) }, data(4))],
    [
      'a product that overflows and comes to 0',
      'bad-shape',
      assemble({ t: entry(0, 0, [2 ** 30, 2 ** 30, 0]) }, data(0)),
    ],
    ['negative offsets', 'bad-offsets', assemble({ t: entry(-4, 0, [2]) }, data(4))],
    ['falling offsets', 'bad-offsets', assemble({ t: entry(4, 0, [2]) }, data(4))],
    ['broken offsets', 'bad-offsets', assemble({ t: entry(0.5, 4.5, [2]) }, data(4))],
    ['offsets beyond 2^53', 'bad-offsets', assemble({ t: entry(0, 2 ** 60, [2]) }, data(4))],
    ['too many bytes for the shape', 'wrong-byte-length', assemble({ t: entry(0, 6, [2]) }, data(6))],
    ['too few bytes for the shape', 'wrong-byte-length', assemble({ t: entry(0, 2, [2]) }, data(2))],
    ['part of a byte', 'wrong-byte-length', assemble({ t: entry(0, 1, [1], 'F4') }, data(1))],
    ['overlapping tensors', 'tensors-overlap', assemble({ a: entry(0, 4), b: entry(2, 6) }, data(6))],
    ['two tensors on the same bytes', 'tensors-overlap', assemble({ a: entry(0, 4), b: entry(0, 4) }, data(4))],
    ['a hole at the start', 'tensor-hole', assemble({ a: entry(2, 4) }, data(4))],
    ['a hole in the middle', 'tensor-hole', assemble({ a: entry(0, 2), b: entry(4, 6) }, data(6))],
    ['data cut short', 'truncated', assemble({ a: entry(0, 4) }, data(3))],
    ['data that end before a tensor', 'truncated', assemble({ a: entry(0, 4), b: entry(4, 8) }, data(4))],
    ['bytes after the last tensor', 'trailing-data', assemble({ a: entry(0, 4) }, data(5))],
    [
      'a tensor named twice',
      'duplicate-name',
      assemble(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}',
        data(2),
      ),
    ],
    [
      'a dtype given twice',
      'duplicate-name',
      assemble('{"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}}', data(1)),
    ],
  ])('%s (%s)', async (_what, code, bytes) => {
    const error = await failure(bytes)
    expect(error.code).toBe(code)
    expect(error.message.length).toBeLessThan(400)
    expect(error.subject).toContain('a.safetensors')
  })

  test('naming the tensor at fault', async () => {
    const error = await failure(assemble({ fine: entry(0, 4), 'model.norm.weight': entry(4, 8, [3]) }, data(8)))
    expect(error.subject).toBe('a.safetensors: model.norm.weight')
    expect(error.message).toContain('model.norm.weight')
  })
})

test('every prefix of a valid file is refused', async () => {
  const file = encodeSafetensors(tinyTensors().slice(0, 3))
  for (let length = 0; length < file.length; length++) await failure(file.subarray(0, length))
})

test.each([
  ['{}', undefined],
  ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', undefined],
  ['{"a":"b","b":"a"}', undefined],
  ['{"a\\"b":1,"a":"\\\\","c":"}"}', undefined],
  ['["a","a",{"b":"a"}]', undefined],
  ['{"a" : 1, "a"\n:2}', 'a'],
  ['{"x":[{"k":1,"k":2}]}', 'k'],
  ['{"a\\"b":1,"a\\u0022b":2}', 'a"b'],
  ['{"":1,"":2}', ''],
])('finds the duplicate key of %s', (json, key) => {
  expect(findDuplicateKey(json)).toBe(key)
})
