import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { manifestFixture } from '../../manifest/manifest.fixture.ts'
import { fetchCheckBundle } from './fetch-check-bundle.ts'

const folder = new URL('https://page.example/app/models/check-q4/')
const { files } = manifestFixture

/** What the host has; nothing when it cannot be reached. */
let served: Map<string, string> | undefined
/** Per cache, by address. */
let shelves: Map<string, Map<string, Response>>

function version(text: string): Map<string, string> {
  const manifest = JSON.stringify({ ...manifestFixture, source: { ...manifestFixture.source, revision: text } })
  return new Map([['manifest.json', manifest], ...files.map(({ path }) => [path, `${path}, ${text}`] as const)])
}

beforeEach(() => {
  shelves = new Map()
  vi.stubGlobal('caches', {
    open: async (name: string) => {
      const shelf = shelves.get(name) ?? new Map<string, Response>()
      shelves.set(name, shelf)
      return {
        match: async (url: URL) => shelf.get(url.href)?.clone(),
        put: async (url: URL, response: Response) => void shelf.set(url.href, response),
        delete: async (url: URL) => shelf.delete(url.href),
      }
    },
  })
  vi.stubGlobal('fetch', async (url: URL) => {
    if (!served) throw new TypeError('Failed to fetch')
    const body = served.get(url.href.slice(folder.href.length))
    return body === undefined ? new Response('', { status: 404 }) : new Response(body)
  })
})
afterEach(() => vi.unstubAllGlobals())

const text = async (path: string) => ((await (await fetchCheckBundle(folder)).read(path)) as Blob).text()

describe('fetchCheckBundle', () => {
  it('gives what the host has, and without it what it had last', async () => {
    served = version('1')
    expect(await text(files[0].path)).toBe(`${files[0].path}, 1`)
    served = version('2')
    expect(await text(files[0].path)).toBe(`${files[0].path}, 2`)
    served = undefined
    for (const { path } of files) expect(await text(path)).toBe(`${path}, 2`)
  })

  it('never mixes two versions: what was only kept in part is not there', async () => {
    served = version('1')
    await fetchCheckBundle(folder)
    served = version('2')
    const [shelf] = shelves.values()
    const put = shelf.set.bind(shelf)
    let left = 2
    shelf.set = (key, value) => {
      if (left-- <= 0) throw new DOMException('full', 'QuotaExceededError')
      return put(key, value)
    }
    expect(await text(files[0].path), 'the host’s own').toBe(`${files[0].path}, 2`)
    served = undefined
    await expect(fetchCheckBundle(folder)).rejects.toThrow('Failed to fetch')
  })

  it('says so when the host does not have it, whatever was kept', async () => {
    served = version('1')
    await fetchCheckBundle(folder)
    served = new Map()
    await expect(fetchCheckBundle(folder)).rejects.toThrow('manifest.json: 404')
  })
})
