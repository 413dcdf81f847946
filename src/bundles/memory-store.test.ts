import { describe, expect, it } from 'vitest'
import type { BundleDraft, BundleWriter } from './bundle-store.ts'
import { MemoryStore } from './memory-store.ts'
import { sampleBundle, sampleContents } from './testing/sample-bundle.ts'

const bundle = await sampleBundle()
const draft: BundleDraft = { manifest: bundle.manifest, name: 'sample', url: 'https://a.test/sample/' }
const { key } = bundle.manifest

async function fill(writer: BundleWriter, contents = bundle.contents): Promise<void> {
  for (const [path, text] of Object.entries(contents)) {
    const out = await writer.open(path)
    // In pieces out of one buffer, as the network's are, the last one first.
    const buffer = new Uint8Array(2048)
    const places = Array.from({ length: Math.ceil(text.length / buffer.length) }, (_, index) => index * buffer.length)
    for (const at of places.reverse()) {
      const { written } = new TextEncoder().encodeInto(text.slice(at, at + buffer.length), buffer)
      await out.write(at, buffer.subarray(0, written), 'hash')
    }
    await out.finish()
    await out.close()
  }
}

describe('MemoryStore', () => {
  it('gives back what was written, once it is complete', async () => {
    const store = new MemoryStore()
    const writer = await store.begin(draft)
    await fill(writer)
    expect(await store.find(key)).toBeUndefined()
    await writer.complete()
    const found = await store.find(key)
    for (const [path, text] of Object.entries(bundle.contents)) {
      expect(await (await found?.files.read(path))?.text()).toBe(text)
    }
    expect(await (await found?.files.read('manifest.json'))?.text()).toBe(bundle.manifest.text)
    expect(await store.list()).toMatchObject([{ key, name: 'sample', url: draft.url, bytes: bundle.totalBytes }])
    expect(await store.usage()).toEqual({ usedBytes: bundle.totalBytes })
  })

  it('names a file that the bundle does not have', async () => {
    const writer = await new MemoryStore().begin(draft)
    await fill(writer)
    const { files } = await writer.complete()
    await expect(files.read('other')).rejects.toMatchObject({ code: 'missing-file', subject: 'other' })
  })

  it('does not complete a bundle that lacks a file, or part of one', async () => {
    const { 'decoder.onnx': text, ...rest } = bundle.contents
    for (const contents of [rest, { ...rest, 'decoder.onnx': text.slice(1) }]) {
      const store = new MemoryStore()
      const writer = await store.begin(draft)
      await fill(writer, contents)
      await expect(writer.complete()).rejects.toMatchObject({ code: 'missing-file', subject: 'decoder.onnx' })
      expect(await store.find(key)).toBeUndefined()
      expect(await store.list()).toMatchObject([{ state: 'partial' }])
    }
  })

  it('goes on where a writer left off, with what another store has as well, until another bundle is begun', async () => {
    const store = new MemoryStore()
    const first = await store.begin(draft)
    const path = 'data/decoder.000'
    const half = new TextEncoder().encode(bundle.contents[path].slice(0, 1000))
    await (await first.open(path)).write(0, half, 'one')
    await first.suspend()
    expect(await store.list()).toMatchObject([{ key, state: 'partial', storedBytes: 1000, bytes: bundle.totalBytes }])
    expect(await store.find(key)).toBeUndefined()

    const parts = [{ path, at: 1000, sha256: 'two', blob: new Blob([bundle.contents[path].slice(1000)]) }]
    const second = await store.begin(draft, { parts })
    expect(second.storedBytes()).toBe(3000)
    const file = await second.open(path)
    expect([...file.chunks.keys()]).toEqual([0, 1000])
    expect(new TextDecoder().decode(await file.read(1000, new Uint8Array(2000)))).toBe(
      bundle.contents[path].slice(1000),
    )
    await file.finish()
    expect(await second.finished.get(path)?.text()).toBe(bundle.contents[path])

    const other = await sampleBundle({ ...sampleContents, more: 'x' })
    await store.begin({ ...draft, manifest: other.manifest })
    expect((await store.begin(draft)).storedBytes()).toBe(0)
  })

  it('keeps the latest bundle only, and leaves the one before readable', async () => {
    const store = new MemoryStore()
    const first = await store.begin(draft)
    await fill(first)
    const { files } = await first.complete()
    const other = await sampleBundle({ ...sampleContents, more: 'x' })
    const second = await store.begin({ ...draft, manifest: other.manifest })
    await fill(second, other.contents)
    expect(await store.find(key)).toBeDefined()
    await second.complete()
    expect((await store.list()).map((note) => note.key)).toEqual([other.manifest.key])
    expect(await (await files.read('vision.onnx')).text()).toBe(bundle.contents['vision.onnx'])
    await store.remove(other.manifest.key)
    expect(await store.list()).toEqual([])
  })
})
