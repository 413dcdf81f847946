import { describe, expect, it } from 'vitest'
import { recordFault } from '../../scripts/fault-table.ts'
import type { BundleDraft, BundleWriter } from './bundle-store.ts'
import { MemoryStore } from './memory-store.ts'
import { obtainBundle } from './obtain-bundle.ts'
import { OpfsStore } from './opfs-store.ts'
import { serveBundle } from './testing/bundle-server.ts'
import { FakeLocks } from './testing/fake-locks.ts'
import { OpfsDisk } from './testing/opfs-disk.ts'
import { type SampleBundle, sampleBundle, sampleContents } from './testing/sample-bundle.ts'

const bundle = await sampleBundle(sampleContents, 500)
const other = await sampleBundle({ ...sampleContents, more: 'x'.repeat(700) }, 500)
const { key } = bundle.manifest
const url = 'https://a.test/sample/'
const draft: BundleDraft = { manifest: bundle.manifest, name: 'sample', url }

async function put(writer: BundleWriter, path: string, from = 0, to = Number.POSITIVE_INFINITY): Promise<void> {
  const bytes = new TextEncoder().encode(bundle.contents[path]).slice(from, to)
  const file = await writer.open(path)
  await file.write(from, bytes, '0'.repeat(64))
  if (file.chunks.size > 0 && from + bytes.length === bundle.contents[path].length) await file.finish()
  else await file.close()
}

async function load(store: OpfsStore, of: SampleBundle = bundle) {
  const server = await serveBundle(of)
  const stores = { primary: store, fallback: new MemoryStore() }
  const obtained = await obtainBundle({ type: 'url', url: server.url }, { stores })
  return { obtained, server, stores }
}

async function expectWhole(store: OpfsStore, of: SampleBundle = bundle): Promise<void> {
  const found = await store.find(of.manifest.key)
  for (const [path, text] of Object.entries(of.contents))
    expect(await (await found?.files.read(path))?.text()).toBe(text)
}

describe('OpfsStore', () => {
  it('gives back what was written, once it is complete, and lists it', async () => {
    const disk = new OpfsDisk()
    const store = new OpfsStore(disk.host())
    const { obtained, server } = await load(store)
    expect(obtained).toMatchObject({ store: 'opfs', notices: [] })
    await expectWhole(new OpfsStore(disk.host()))
    const entry = { key, name: 'sample', url: server.url, bytes: bundle.totalBytes, state: 'whole' }
    expect(await store.list()).toMatchObject([
      { ...entry, storedBytes: bundle.totalBytes, usedAt: expect.stringMatching(/^\d{4}-/) },
    ])
    expect(await store.usage()).toEqual({ usedBytes: bundle.totalBytes })
    expect(disk.bytesOf(`${key}/journal`), 'a journal that nobody needs').toBeUndefined()
    await store.remove(key)
    expect(await store.list()).toEqual([])
    expect(disk.usage()).toBe(0)
  })

  it('goes on where a writer left off, and lists the part', async () => {
    const disk = new OpfsDisk()
    const first = await new OpfsStore(disk.host()).begin(draft)
    await put(first, 'vision.onnx')
    await put(first, 'data/vision.000', 1000, 1500)
    // Without a word of goodbye.
    disk.revive()
    const store = new OpfsStore(disk.host())
    expect(await store.list()).toMatchObject([{ key, name: 'sample', url, state: 'partial', storedBytes: 512 }])
    expect(await store.find(key)).toBeUndefined()
    const second = await store.begin(draft)
    expect([...second.finished.keys()]).toEqual(['vision.onnx'])
    expect([...(await second.open('data/vision.000')).chunks.keys()]).toEqual([1000])
    expect(second.storedBytes()).toBe(512)
    await expect(second.complete()).rejects.toMatchObject({ code: 'missing-file' })
  })

  it('does not believe a journal of bytes that are gone', async () => {
    const disk = new OpfsDisk()
    const first = await new OpfsStore(disk.host()).begin(draft)
    await put(first, 'data/vision.000', 0, 500)
    await put(first, 'data/vision.000', 500, 1000)
    await first.suspend()
    const folder = await (await disk.host().directory()).getDirectoryHandle('bundles')
    const files = await (await folder.getDirectoryHandle(key)).getDirectoryHandle('files')
    const handle = await (await files.getDirectoryHandle('data')).getFileHandle('vision.000')
    const open = Reflect.get(handle, 'createSyncAccessHandle').bind(handle)
    const access = await open()
    access.truncate(600)
    access.close()
    const second = await new OpfsStore(disk.host()).begin(draft)
    expect([...(await second.open('data/vision.000')).chunks.keys()]).toEqual([0])
  })

  it('does not take a marker beside damaged files for a whole bundle, then or later', async () => {
    const disk = new OpfsDisk()
    const store = new OpfsStore(disk.host())
    await load(store)
    const folder = await (await (await disk.host().directory()).getDirectoryHandle('bundles')).getDirectoryHandle(key)
    await (await (await folder.getDirectoryHandle('files')).getDirectoryHandle('data')).removeEntry('vision.000')
    expect(await store.find(key)).toBeUndefined()
    const writer = await store.begin(draft)
    // The end of the file first: its size is right, its bytes are not.
    await put(writer, 'data/vision.000', 4500, 5000).catch(() => undefined)
    await writer.suspend()
    expect(await store.find(key)).toBeUndefined()
  })

  it('lists what was left without a journal, and removes it', async () => {
    const disk = new OpfsDisk()
    const root = await (await disk.host().directory()).getDirectoryHandle('bundles', { create: true })
    const strange = await root.getDirectoryHandle('strange', { create: true })
    const handle = await strange.getFileHandle('x', { create: true })
    const access = await Reflect.get(handle, 'createSyncAccessHandle').call(handle)
    access.write(new Uint8Array(10), { at: 0 })
    access.close()
    const store = new OpfsStore(disk.host())
    expect(await store.list()).toMatchObject([{ key: 'strange', state: 'partial', storedBytes: 10 }])
    await store.remove('strange')
    expect(await store.list()).toEqual([])
  })

  it('says missing where there is no such storage, and what the browser says where it is denied', async () => {
    const host = (error: unknown) => ({ ...new OpfsDisk().host(), directory: () => Promise.reject(error) })
    const denied = new OpfsStore(host(new DOMException('Private.', 'SecurityError')))
    await expect(denied.find(key)).rejects.toMatchObject({ code: 'store-denied' })
    const { obtained } = await load(denied)
    expect(obtained).toMatchObject({ store: 'memory', notices: [{ kind: 'not-kept', reason: 'denied' }] })
    recordFault({
      fault: 'OPFS unavailable',
      injected: 'SecurityError from getDirectory (private browsing)',
      outcome: 'recovered',
      kept: `loaded into memory, ${bundle.totalBytes} of ${bundle.totalBytes} bytes, with a notice`,
    })
  })
})

describe('room', () => {
  it('that is missing is known before the first byte; what to delete is named', async () => {
    const disk = new OpfsDisk()
    const store = new OpfsStore(disk.host())
    await load(store, other)
    disk.quota = disk.usage() + bundle.totalBytes - 1
    const before = disk.usage()
    const rooms: unknown[] = []
    const server = await serveBundle(bundle)
    const stores = { primary: store, fallback: new MemoryStore() }
    const onManifest = (_: unknown, __: boolean, room: unknown) => void rooms.push(room)
    const { notices, ...obtained } = await obtainBundle({ type: 'url', url: server.url }, { stores, onManifest })
    expect(rooms).toEqual([{ storedBytes: 0, freeBytes: bundle.totalBytes - 1 }])
    expect(obtained.store).toBe('memory')
    expect(notices).toMatchObject([{ reason: 'full', action: expect.stringMatching(/Delete sample \(1 MB\)/) }])
    expect(disk.usage()).toBe(before)
  })

  it('that ends on the way keeps what is stored, and the rest is loaded into memory', async () => {
    const disk = new OpfsDisk()
    const store = new OpfsStore(disk.host())
    const server = await serveBundle(bundle)
    const source = { type: 'url', url: server.url } as const
    const host = { ...disk.host(), estimate: async () => ({}) }
    const blind = new OpfsStore(host)
    disk.quota = bundle.totalBytes
    const obtained = await obtainBundle(source, { stores: { primary: blind, fallback: new MemoryStore() } })
    expect(obtained.store).toBe('memory')
    for (const [path, text] of Object.entries(bundle.contents)) {
      expect(await (await obtained.files.read(path)).text()).toBe(text)
    }
    expect(obtained.notices).toMatchObject([{ reason: 'full', message: expect.stringContaining('stored and kept') }])
    const [entry] = await store.list()
    expect(entry).toMatchObject({ key, state: 'partial' })
    expect(entry.storedBytes).toBeGreaterThan(0)

    // No byte came twice, then or when there is room again.
    disk.quota = Number.POSITIVE_INFINITY
    const stores = { primary: store, fallback: new MemoryStore() }
    let bytes = 0
    const counting: typeof fetch = async (input, init) => {
      const range = /(\d+)-(\d+)/.exec(new Headers(init?.headers).get('range') ?? '')
      if (range) bytes += Number(range[2]) - Number(range[1]) + 1
      return fetch(input, init)
    }
    const again = await obtainBundle(source, { stores, fetch: counting })
    expect(again).toMatchObject({ store: 'opfs', notices: [] })
    expect(bytes).toBe(bundle.totalBytes - entry.storedBytes)
    recordFault({
      fault: 'quota exceeded mid-download',
      injected: 'QuotaExceededError from a write in the middle of a file',
      outcome: 'resumed',
      kept: `${entry.storedBytes} of ${bundle.totalBytes} bytes; loaded into memory, the rest stored once there was room`,
    })
  })
})

describe('two tabs', () => {
  it('fetch a bundle once: the second waits, then has what the first has stored', async () => {
    const disk = new OpfsDisk()
    const locks = new FakeLocks().manager()
    const server = await serveBundle(bundle)
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const held: typeof fetch = async (input, init) => {
      if (!String(input).endsWith('manifest.json')) await gate
      return fetch(input, init)
    }
    const source = { type: 'url', url: server.url } as const
    const tab = () => ({ primary: new OpfsStore(disk.host(locks)), fallback: new MemoryStore() })
    const first = obtainBundle(source, { stores: tab(), fetch: held })
    await expect.poll(() => disk.bytesOf(`${key}/journal`)).toBeDefined()
    let waits = 0
    const second = obtainBundle(source, { stores: tab(), onWait: () => void waits++ })
    const controller = new AbortController()
    const third = obtainBundle(source, { stores: tab(), signal: controller.signal })
    await expect.poll(() => waits, { timeout: 5000 }).toBeGreaterThan(0)
    controller.abort(new DOMException('enough', 'AbortError'))
    await expect(third).rejects.toThrow('enough')
    open()
    expect(await first).toMatchObject({ store: 'opfs', notices: [] })
    expect(await second).toMatchObject({ store: 'opfs', notices: [] })
    const files = server.requests.filter((path) => path !== 'manifest.json')
    expect(files).toHaveLength(new Set(files).size + Math.ceil(5000 / 500) - 1 + Math.ceil(3000 / 500) - 1)
    recordFault({
      fault: 'two tabs',
      injected: 'a second and a third load while the first downloads; the third is cancelled',
      outcome: 'recovered',
      kept: `${bundle.totalBytes} of ${bundle.totalBytes} bytes, fetched once for both`,
    })
  })

  it('of which one fails leave its part to the other', async () => {
    const disk = new OpfsDisk()
    const locks = new FakeLocks().manager()
    const store = () => new OpfsStore(disk.host(locks))
    const first = await store().begin(draft)
    await put(first, 'vision.onnx')
    const second = store().begin(draft)
    await first.suspend()
    expect([...(await second).finished.keys()]).toEqual(['vision.onnx'])
    await expect(store().remove(key)).rejects.toMatchObject({ code: 'store-busy' })
  })
})
