import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChromiumHost, startChromium } from '../../../cli/chromium-page.ts'
import { sampleBundle, sampleContents } from '../../../src/bundles/testing/sample-bundle.ts'
import type { OpfsJob, OpfsOutcome } from './opfs-job.ts'

/** Larger than two pieces of what is written at once. */
const contents = { ...sampleContents, 'data/vision.000': '0123456789abcde'.repeat(600_000) }
const bundle = await sampleBundle(contents)
const { key } = bundle.manifest
/** One for each file that is not empty; none is so large that the host, which gives no ranges, is asked twice. */
const requestsOfAll = Object.values(contents).filter((text) => text !== '').length + 1

const served = {
  files: Object.fromEntries(
    Object.entries({ ...contents, 'manifest.json': bundle.manifest.text }).map(([path, text]) => [
      `sample/${path}`,
      text,
    ]),
  ),
  folders: {},
}
const storedPaths = [
  `${key}/complete.json`,
  ...Object.keys(contents).map((path) => `${key}/files/${path}`),
  `${key}/manifest.json`,
  `${key}/used.json`,
].sort()

let chromium: ChromiumHost
beforeAll(async () => {
  chromium = await startChromium(served)
})
afterAll(() => chromium.close())

/** A page with an empty store, and the requests for files of the bundle, as the browser saw them. */
async function withStore(use: (store: StorePage) => Promise<void>): Promise<void> {
  const page = await chromium.open('e2e/harness/weights/opfs-store.html')
  await use(new StorePage(page))
  await page.context().close()
}

class StorePage {
  readonly requests: string[] = []
  private readonly url: string

  constructor(readonly page: Page) {
    this.url = new URL('/job/sample/', page.url()).href
    page.on('request', (request) => {
      if (request.url().startsWith(this.url)) this.requests.push(request.url().slice(this.url.length))
    })
  }

  inWorker(job: Omit<OpfsJob, 'url'> = {}): Promise<OpfsOutcome> {
    return this.page.evaluate((job) => window.opfs.inWorker(job), { ...job, url: this.url })
  }

  hang(job: Omit<OpfsJob, 'url'>): Promise<void> {
    return this.page.evaluate((job) => window.opfs.hang(job), { ...job, url: this.url })
  }

  crash(): Promise<void> {
    return this.page.evaluate(() => window.opfs.crash())
  }

  contents() {
    return this.page.evaluate(() => window.opfs.storeContents())
  }

  tamper(path: string, text?: string): Promise<void> {
    return this.page.evaluate(([path, text]) => window.opfs.tamper(path, text), [path, text] as const)
  }

  remove(): Promise<void> {
    return this.page.evaluate((key) => window.opfs.remove(key), key)
  }

  async reload(): Promise<void> {
    await this.page.reload()
    await this.page.waitForFunction(() => 'outcome' in window)
    this.requests.length = 0
  }

  /** A host that cannot be reached. */
  async cutOff(): Promise<void> {
    await this.page.context().route(`${this.url}**`, (route) => route.abort('internetdisconnected'))
  }
}

function files(isFile: boolean) {
  return Object.fromEntries(Object.entries(contents).map(([path, text]) => [path, { text, isFile }]))
}

const onDisk = { state: 'loaded', store: 'opfs', files: files(true), notices: [], kept: undefined }
const inMemory = (reason: string) => ({
  state: 'loaded',
  store: 'memory',
  files: files(false),
  notices: [{ kind: 'not-kept', reason, message: expect.any(String), action: expect.any(String) }],
  kept: expect.arrayContaining(['manifest.json', ...Object.keys(contents)]),
})

describe('the store of the browser', () => {
  it('keeps a bundle over a reload, and without a network', () =>
    withStore(async (store) => {
      expect(await store.inWorker()).toMatchObject({ ...onDisk, wasStored: false })
      expect(store.requests).toHaveLength(requestsOfAll)
      const stored = await store.contents()
      expect(stored).toMatchObject({ paths: storedPaths, notes: [{ key, name: 'sample', bytes: bundle.totalBytes }] })
      expect(stored.usage.usedBytes).toBe(bundle.totalBytes)

      await store.reload()
      expect(await store.inWorker()).toMatchObject({ ...onDisk, wasStored: true })
      expect(store.requests).toEqual(['manifest.json'])

      await store.cutOff()
      await store.reload()
      const { savedAt } = stored.notes[0]
      expect(await store.inWorker()).toMatchObject({
        ...onDisk,
        wasStored: true,
        notices: [{ kind: 'offline', savedAt }],
      })
      expect(store.requests).toEqual(['manifest.json'])
      await store.remove()
      expect(await store.contents()).toMatchObject({ paths: [], notes: [] })
      expect(await store.inWorker()).toMatchObject({ state: 'failed', code: 'network' })
    }))

  it('works in browsers without locks, estimates and streams', () =>
    withStore(async (store) => {
      expect(await store.inWorker({ without: ['locks', 'estimate', 'createWritable'] })).toMatchObject({
        ...onDisk,
        wasStored: false,
      })
      expect((await store.contents()).paths).toEqual(storedPaths)
      await store.reload()
      expect(await store.inWorker()).toMatchObject({ ...onDisk, wasStored: true })
    }))

  it.each<[string, string, Omit<OpfsJob, 'url'>]>([
    ['there is none', 'missing', { without: ['getDirectory'] }],
    ['it is refused', 'denied', { isDenied: true }],
    ['files cannot be written in place', 'missing', { without: ['createSyncAccessHandle'] }],
    ['it is full half way', 'full', { roomBytes: 5_000_000 }],
    ['it is full for the marker', 'full', { roomBytes: bundle.totalBytes + bundle.manifest.bytes.length + 10 }],
  ])('gives way to memory when %s', (_, reason, job) =>
    withStore(async (store) => {
      expect(await store.inWorker(job)).toMatchObject(inMemory(reason))
      // And is used again as soon as it works.
      expect(await store.inWorker()).toMatchObject(onDisk)
      expect((await store.contents()).paths).toEqual(storedPaths)
    }),
  )

  it('gives way to memory when the browser itself finds no room, at once or half way', () =>
    withStore(async (store) => {
      const told = await store.inWorker({ toldFreeBytes: bundle.totalBytes - 1 })
      expect(told).toMatchObject(inMemory('full'))
      expect((await store.contents()).paths).toEqual([])

      const devtools = await store.page.context().newCDPSession(store.page)
      const { origin } = new URL(store.page.url())
      await devtools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 })
      // It finds out when it writes; Chromium says so in several ways, by chance.
      for (let i = 0; i < 4; i++) {
        expect(await store.inWorker({ toldFreeBytes: 1e9 })).toMatchObject(inMemory('full'))
      }
    }))

  it('goes on after a load that was cancelled', () =>
    withStore(async (store) => {
      // All but the large file, and a good part of that.
      const stopAtBytes = 8_500_000
      expect(await store.inWorker({ stopAtBytes })).toMatchObject({ state: 'failed', message: 'Error: enough' })
      const [kept] = (await store.contents()).notes
      expect(kept).toMatchObject({ key, state: 'partial' })
      expect(kept.storedBytes).toBeGreaterThan(0)
      store.requests.length = 0
      expect(await store.inWorker()).toMatchObject({ ...onDisk, wasStored: false })
      expect(store.requests.length, 'what is there is not asked for').toBeLessThan(requestsOfAll)
      expect((await store.contents()).paths).toEqual(storedPaths)
    }))

  it('waits for another tab, and goes on where that has crashed', () =>
    withStore(async (store) => {
      await store.hang({ hangingPath: 'data/decoder.000' })
      const other = store.inWorker()
      const first = await Promise.race([other, store.page.waitForTimeout(3000)])
      expect(first, 'it waits').toBeUndefined()
      await store.crash()
      expect(await other).toMatchObject({ ...onDisk, wasStored: false })
      expect((await store.contents()).paths).toEqual(storedPaths)
    }))

  it('does not give out a damaged bundle', () =>
    withStore(async (store) => {
      await store.inWorker()
      const damages: [string, string?][] = [
        [`${key}/files/data/decoder.000`, 'short'],
        [`${key}/files/decoder.onnx`],
        [`${key}/manifest.json`, bundle.manifest.text.replace('somewhere', 'elsewhere')],
        [`${key}/complete.json`],
        [`${key}/complete.json`, '{"key":'],
      ]
      for (const [path, text] of damages) {
        await store.tamper(path, text)
        expect(await store.inWorker(), path).toMatchObject({ ...onDisk, wasStored: false })
        expect((await store.contents()).paths).toEqual(storedPaths)
      }
    }))
})
