import { expect, test } from 'vitest'
import { BlobFiles } from './blob-files.ts'
import { product, tinyCheckpoint, tinyShapes, tinyValues } from './checkpoint.fixture.ts'
import { openCheckpoint } from './checkpoint.ts'

function picked(path: string, content: BlobPart): File {
  const file = new File([content], path.split('/').at(-1) ?? '')
  return Object.defineProperty(file, 'webkitRelativePath', { value: path })
}

async function readAll(files: BlobFiles): Promise<void> {
  const checkpoint = await openCheckpoint(files)
  expect(checkpoint.names.length).toBe(tinyShapes().size)
  for (const name of checkpoint.names) {
    expect(await checkpoint.read(name)).toEqual(tinyValues(name, product(checkpoint.tensor(name).shape)))
  }
  await checkpoint.close()
}

test('opens Blobs by name', async () => {
  const blobs = [...tinyCheckpoint({ shards: true })].map(([name, bytes]): [string, Blob] => [name, new Blob([bytes])])
  await readAll(new BlobFiles(new Map(blobs)))
})

test('opens files picked one by one', async () => {
  await readAll(new BlobFiles([...tinyCheckpoint()].map(([name, bytes]) => new File([bytes], name))))
})

test('opens a picked folder, whatever its name, without its inner folders', async () => {
  const files = [...tinyCheckpoint({ shards: true })].map(([name, bytes]) => picked(`My VidEmo/${name}`, bytes))
  const inner = picked('My VidEmo/onnx/config.json', '{}')
  await readAll(new BlobFiles([inner, ...files, picked('My VidEmo/.cache/tokenizer.json', 'x')]))
})

test('has no file of another name', async () => {
  expect(await new BlobFiles([]).open('config.json')).toBeUndefined()
})

test('says that a file ended early, or changed after it was chosen', async () => {
  const source = await new BlobFiles(new Map([['a', new Blob(['abcdef'])]])).open('a')
  expect(source?.size).toBe(6)
  expect(new TextDecoder().decode(await source?.read(2, 3))).toBe('cde')
  await expect(source?.read(4, 3)).rejects.toThrow(expect.objectContaining({ code: 'truncated', subject: 'a' }))

  const gone = new Blob(['abcdef'])
  gone.slice = () => {
    const part = new Blob()
    part.arrayBuffer = () => Promise.reject(new DOMException('The file could not be read.', 'NotReadableError'))
    return part
  }
  const changed = await new BlobFiles(new Map([['a', gone]])).open('a')
  await expect(changed?.read(0, 1)).rejects.toThrow(expect.objectContaining({ code: 'source-changed', subject: 'a' }))
})

test('stops when the signal says so', async () => {
  const files = new BlobFiles(new Map([['a', new Blob(['abc'])]]))
  const source = await files.open('a')
  const controller = new AbortController()
  const reading = source?.read(0, 3, controller.signal)
  controller.abort()
  await expect(reading).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
  await expect(files.open('a', controller.signal)).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }))
})
