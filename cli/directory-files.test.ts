import { appendFile, mkdir, mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { product, tinyCheckpoint, tinyValues } from '../src/build/checkpoint/checkpoint.fixture.ts'
import { openCheckpoint } from '../src/build/checkpoint/checkpoint.ts'
import { DirectoryFiles } from './directory-files.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'videmo-'))
})
afterEach(() => rm(directory, { recursive: true }))

async function opened(name: string, content: string) {
  await writeFile(join(directory, name), content)
  const files = new DirectoryFiles(directory)
  const source = await files.open(name)
  if (source === undefined) throw new Error('not opened')
  return { files, source, path: join(directory, name) }
}

const failing = (code: string) => expect.objectContaining({ name: 'CheckpointError', code, subject: 'a' })

test('reads a checkpoint', async () => {
  for (const [name, bytes] of tinyCheckpoint({ shards: true })) await writeFile(join(directory, name), bytes)
  const checkpoint = await openCheckpoint(new DirectoryFiles(directory))
  expect(checkpoint.origin).toBe(directory)
  for (const name of checkpoint.names) {
    expect(await checkpoint.read(name)).toEqual(tinyValues(name, product(checkpoint.tensor(name).shape)))
  }
  await checkpoint.close()
})

test('has no file of another name, outside, or in a place that is no directory', async () => {
  await writeFile(join(directory, 'a'), 'abc')
  await mkdir(join(directory, 'inner'))
  await writeFile(join(directory, 'inner', 'b'), 'abc')
  const files = new DirectoryFiles(directory)
  for (const name of ['b', 'inner/b', '../a', '..', '.', '', '/etc/hostname']) {
    expect(await files.open(name), name).toBeUndefined()
  }
  expect(await new DirectoryFiles(join(directory, 'absent')).open('a')).toBeUndefined()
  expect(await new DirectoryFiles(join(directory, 'a')).open('b')).toBeUndefined()
  await files.close()
})

test('reads exactly the bytes asked for', async () => {
  const { files, source } = await opened('a', 'abcdef')
  expect(source.size).toBe(6)
  expect(new TextDecoder().decode(await source.read(2, 3))).toBe('cde')
  expect(await source.read(6, 0)).toEqual(new Uint8Array())
  await expect(source.read(4, 3)).rejects.toThrow(failing('truncated'))
  await files.close()
  await expect(source.read(0, 1)).rejects.toThrow(failing('unreadable'))
})

test.each<[string, (path: string) => Promise<void>]>([
  ['shrank', (path) => truncate(path, 2)],
  ['grew', (path) => appendFile(path, 'g')],
  ['was written anew', (path) => utimes(path, 1, 1)],
])('finds out that a file %s between reads', async (_what, change) => {
  const { files, source, path } = await opened('a', 'abcdef')
  await source.read(0, 1)
  await change(path)
  await expect(source.read(0, 2)).rejects.toThrow(failing('source-changed'))
  await expect(source.read(3, 2)).rejects.toThrow(failing('source-changed'))
  await files.close()
})

test('says that a directory cannot be read as a file', async () => {
  await mkdir(join(directory, 'a'))
  const files = new DirectoryFiles(directory)
  await expect(files.open('a')).rejects.toThrow(failing('unreadable'))
  await files.close()
})

test('stops when the signal says so', async () => {
  const { files, source } = await opened('a', 'abcdef')
  const controller = new AbortController()
  const reading = source.read(0, 6, controller.signal)
  controller.abort()
  await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  await expect(files.open('a', controller.signal)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  await files.close()
})
