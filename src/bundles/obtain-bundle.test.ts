import { describe, expect, it } from 'vitest'
import { storeError } from './bundle-errors.ts'
import type { BundleDraft, BundleStore, BundleWriter, PartialFile } from './bundle-store.ts'
import { MemoryStore } from './memory-store.ts'
import { obtainBundle } from './obtain-bundle.ts'
import type { TransferProgress } from './progress.ts'
import { send, serveBundle } from './testing/bundle-server.ts'
import { bundle, everyPath, expectWhole, memory } from './testing/obtained.ts'
import { sampleBundle, sampleContents } from './testing/sample-bundle.ts'

describe('a bundle at an address', () => {
  it('is fetched, verified and kept', async () => {
    const server = await serveBundle(bundle)
    const progress: TransferProgress[] = []
    let ms = 0
    const obtained = await obtainBundle(
      { type: 'url', url: server.url },
      { ...memory(), onProgress: (step) => progress.push(step), now: () => (ms += 1000) },
    )
    await expectWhole(obtained)
    expect(obtained).toMatchObject({ name: 'sample', store: 'memory', notices: [] })
    expect(obtained.kept?.map(({ path }) => path).sort()).toEqual(everyPath)
    expect(progress.at(-1)).toMatchObject({ doneBytes: bundle.totalBytes, totalBytes: bundle.totalBytes, leftS: 0 })
    const counts = progress.map(({ doneBytes }) => doneBytes)
    expect(counts).toEqual([...counts].sort((a, b) => a - b))
  })

  it('is left alone when its manifest is refused', async () => {
    const server = await serveBundle(bundle)
    const seen: boolean[] = []
    const refuse = async (_: unknown, isStored: boolean) => {
      seen.push(isStored)
      throw new Error('too large for this device')
    }
    const load = obtainBundle({ type: 'url', url: server.url }, { ...memory(), onManifest: refuse })
    await expect(load).rejects.toThrow('too large')
    expect(seen).toEqual([false])
    expect(server.requests).toEqual(['manifest.json'])
  })

  it('is not fetched again when it is stored, and is when its manifest has changed', async () => {
    const server = await serveBundle(bundle)
    const source = { type: 'url', url: server.url } as const
    const seen: boolean[] = []
    const options = { ...memory(), onManifest: (_: unknown, isStored: boolean) => void seen.push(isStored) }
    await obtainBundle(source, options)
    server.requests.length = 0
    await expectWhole(await obtainBundle(source, options))
    expect(server.requests).toEqual(['manifest.json'])

    const newer = await sampleBundle({ ...sampleContents, 'decoder.onnx': 'another graph' })
    server.answer = (path, response) => {
      const text = path === 'manifest.json' ? newer.manifest.text : newer.contents[path]
      return send(response, 200, text)
    }
    await expectWhole(await obtainBundle(source, options), newer)
    expect(seen).toEqual([false, true, false])
  })

  it('comes from the store when the address cannot be reached', async () => {
    const server = await serveBundle(bundle)
    const other = await serveBundle(bundle)
    const options = memory()
    await obtainBundle({ type: 'url', url: server.url }, options)
    server.answer = (_, response) => send(response, 502)
    const notices = [{ kind: 'offline', savedAt: expect.stringMatching(/^\d{4}-/) }]
    const halfWay = await obtainBundle({ type: 'url', url: server.url }, options)
    expect(halfWay.notices).toEqual(notices)
    await server.stop()
    // The manifest's own address is the same bundle.
    const obtained = await obtainBundle({ type: 'url', url: `${server.url}manifest.json` }, options)
    await expectWhole(obtained)
    expect(obtained.notices).toEqual(notices)

    await other.stop()
    await expect(obtainBundle({ type: 'url', url: other.url }, options)).rejects.toMatchObject({ code: 'network' })
    const veto = () => {
      throw new Error('too large')
    }
    const refused = obtainBundle({ type: 'url', url: server.url }, { ...options, onManifest: veto })
    await expect(refused).rejects.toThrow('too large')
  })

  it('comes from the store when the server does not give it now, and says why', async () => {
    const server = await serveBundle(bundle)
    const options = memory()
    const source = { type: 'url', url: server.url } as const
    await obtainBundle(source, options)
    for (const [status, why] of [
      [429, /limits how often/],
      [403, /does not give this file to everyone/],
    ] as const) {
      server.answer = (_, response) => send(response, status)
      const { notices } = await obtainBundle(source, options)
      expect(notices).toEqual([{ kind: 'offline', savedAt: expect.any(String), why: expect.stringMatching(why) }])
    }
  })

  it('is waited for when the server limits requests and nothing is stored', async () => {
    const server = await serveBundle(bundle)
    let left = 2
    server.answer = (_, response) => left-- > 0 && send(response, 429)
    const waits: number[] = []
    const options = { ...memory(), sleep: async (ms: number) => void waits.push(ms) }
    await expectWhole(await obtainBundle({ type: 'url', url: server.url }, options))
    expect(waits).toEqual([5000, 10_000])
  })

  it('does not come from the store when the address answers otherwise', async () => {
    const server = await serveBundle(bundle)
    const options = memory()
    await obtainBundle({ type: 'url', url: server.url }, options)
    server.answer = (_, response) => send(response, 404)
    const gone = obtainBundle({ type: 'url', url: server.url }, options)
    await expect(gone).rejects.toMatchObject({ code: 'not-a-bundle' })
  })

  it('passes on what is wrong inside the manifest', async () => {
    const server = await serveBundle(bundle, (_, response) => send(response, 200, '{}'))
    const load = obtainBundle({ type: 'url', url: server.url }, memory())
    await expect(load).rejects.toMatchObject({ code: 'bad-manifest' })
  })

  it('keeps what has arrived when a file is wrong or the load is cancelled, and goes on from there', async () => {
    const server = await serveBundle(bundle)
    const source = { type: 'url', url: server.url } as const
    const store = new TroubledStore()
    const stores = { primary: store, fallback: new MemoryStore() }
    const controller = new AbortController()
    const stop = () => controller.abort(new DOMException('enough', 'AbortError'))
    await expect(obtainBundle(source, { stores, signal: controller.signal, onProgress: stop })).rejects.toThrow(
      'enough',
    )
    const wrong = 'data/decoder.000'
    server.answer = (path, response) => path === wrong && send(response, 200, 'e'.repeat(3000))
    await expect(obtainBundle(source, { stores })).rejects.toMatchObject({ code: 'wrong-hash', subject: wrong })
    expect([store.begun, store.suspended]).toEqual([2, 2])
    expect(await store.list()).toMatchObject([{ state: 'partial', storedBytes: bundle.totalBytes - 3000 }])

    server.answer = () => false
    server.requests.length = 0
    const rooms: unknown[] = []
    const onManifest = (_: unknown, isStored: boolean, room: unknown) => void rooms.push([isStored, room])
    const progress: TransferProgress[] = []
    await expectWhole(await obtainBundle(source, { stores, onManifest, onProgress: (step) => progress.push(step) }))
    expect(server.requests).toEqual(['manifest.json', wrong])
    expect(rooms).toEqual([[false, { storedBytes: bundle.totalBytes - 3000 }]])
    expect(progress.at(-1)?.doneBytes).toBe(bundle.totalBytes)
    expect(progress[0].doneBytes).toBeGreaterThan(bundle.totalBytes - 3000)
  })

  it('is not kept in memory when the load is cancelled', async () => {
    const server = await serveBundle(bundle)
    const fallback = new MemoryStore()
    const controller = new AbortController()
    const onProgress = ({ doneBytes }: TransferProgress) => {
      if (doneBytes === bundle.totalBytes) controller.abort(new DOMException('enough', 'AbortError'))
    }
    server.answer = (path, response) => path === 'empty' && send(response, 200)
    const load = obtainBundle(
      { type: 'url', url: server.url },
      { stores: { fallback }, signal: controller.signal, onProgress },
    )
    await expect(load).rejects.toThrow('enough')
    expect(await fallback.list()).toEqual([])
  })

  it('says what is kept when the line breaks', async () => {
    const server = await serveBundle(bundle)
    const source = { type: 'url', url: server.url } as const
    const options = { ...memory(), sleep: async () => undefined }
    server.answer = (path, response) => path === 'data/decoder.000' && send(response, 502)
    const error = await obtainBundle(source, options).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'network', action: expect.stringContaining('1 MB of 1 MB are here and kept') })
  })
})

/** Passes itself off as the disk, and fails where it is told to. */
class TroubledStore implements BundleStore {
  readonly kind = 'opfs'
  begun = 0
  suspended = 0
  private readonly memory = new MemoryStore()

  constructor(private readonly trouble?: { readonly at: 'find' | 'begin' | 'open' | 'write' | 'complete' }) {}

  async find(key: string) {
    this.fail('find')
    return this.memory.find(key)
  }

  async list() {
    this.fail('find')
    return this.memory.list()
  }

  async begin(draft: BundleDraft): Promise<BundleWriter> {
    this.fail('begin')
    this.begun++
    const writer = await this.memory.begin(draft)
    return {
      finished: writer.finished,
      storedBytes: () => writer.storedBytes(),
      open: async (path) => {
        // Small files are through by then.
        if (path.startsWith('data/')) this.fail('open')
        const file = await writer.open(path)
        const write: PartialFile['write'] = async (...chunk) => {
          if (path.startsWith('data/')) this.fail('write')
          await file.write(...chunk)
        }
        return {
          chunks: file.chunks,
          get etag() {
            return file.etag
          },
          write,
          read: (...place) => file.read(...place),
          noteEtag: (etag) => file.noteEtag(etag),
          forget: (at) => file.forget(at),
          finish: () => file.finish(),
          close: () => file.close(),
        }
      },
      complete: async () => {
        this.fail('complete')
        return writer.complete()
      },
      suspend: async () => {
        this.suspended++
        await writer.suspend()
      },
      salvage: () => writer.salvage(),
    }
  }

  remove(key: string) {
    return this.memory.remove(key)
  }

  usage() {
    return this.memory.usage()
  }

  noteUse(key: string) {
    return this.memory.noteUse(key)
  }

  private fail(at: string): void {
    if (this.trouble?.at === at) throw storeError('full')
  }
}

describe('a store that fails', () => {
  it.each(['find', 'begin', 'open', 'write', 'complete'] as const)('in %s is left for the other', async (at) => {
    const server = await serveBundle(bundle)
    const primary = new TroubledStore({ at })
    const fallback = new MemoryStore()
    const obtained = await obtainBundle({ type: 'url', url: server.url }, { stores: { primary, fallback } })
    await expectWhole(obtained)
    expect(obtained.store).toBe('memory')
    expect(obtained.kept?.map(({ path }) => path).sort()).toEqual(everyPath)
    expect(obtained.notices).toEqual([
      { kind: 'not-kept', reason: 'full', message: expect.any(String), action: expect.any(String) },
    ])
    expect(primary.suspended).toBe(primary.begun)
    expect(await fallback.list()).toHaveLength(1)
    // What had come in whole is not asked for again, and an empty file never.
    if (at === 'complete') expect(server.requests).toHaveLength(everyPath.length - 1)
  })

  it('is used when it does not', async () => {
    const server = await serveBundle(bundle)
    const stores = { primary: new TroubledStore(), fallback: new MemoryStore() }
    const obtained = await obtainBundle({ type: 'url', url: server.url }, { stores })
    expect(obtained).toMatchObject({ store: 'opfs', notices: [] })
    expect(obtained.kept).toBeUndefined()
    expect(await stores.fallback.list()).toEqual([])
  })
})
