import { beforeEach, describe, expect, it, vi } from 'vitest'
import { readNetwork } from '../../../cli/face-networks.ts'
import { fetchedNetworks } from './fetched-networks.ts'
import { networkFiles } from './network-files.ts'

const file = networkFiles.blendshapes
const address = `https://page.example/app/${file.path}`
const intact = (await readNetwork(file)) as Uint8Array<ArrayBuffer>

/** What the host has; nothing when it cannot be reached. */
let served: Uint8Array<ArrayBuffer> | undefined
let fetches: string[]
let shelf: Map<string, Response>

beforeEach(() => {
  served = intact
  fetches = []
  shelf = new Map()
  vi.stubGlobal('caches', {
    open: async () => ({
      match: async (url: string) => shelf.get(url)?.clone(),
      put: async (url: string, response: Response) => void shelf.set(url, response),
    }),
  })
  vi.stubGlobal('fetch', async (url: string) => {
    fetches.push(url)
    if (!served) throw new TypeError('Failed to fetch')
    return new Response(served)
  })
})

/** Vitest compares arrays of a million numbers one by one. */
const isWhole = (bytes: Uint8Array) => Buffer.from(bytes).equals(intact)
const read = () => fetchedNetworks('https://page.example/app/?model=tiny#now')(file)

describe('fetchedNetworks', () => {
  it('fetches a network below the page once, and has it without a network afterwards', async () => {
    expect(isWhole(await read())).toBe(true)
    served = undefined
    expect(isWhole(await read())).toBe(true)
    expect(fetches).toEqual([address])
  })

  it('fetches it again where the copy is that of another version, and keeps the new one', async () => {
    shelf.set(address, new Response(intact.slice(1)))
    expect(isWhole(await read())).toBe(true)
    expect(isWhole(await read())).toBe(true)
    expect(fetches).toEqual([address])
  })

  it('neither takes nor keeps another file', async () => {
    served = new TextEncoder().encode('<!doctype html>')
    await expect(read()).rejects.toThrow(`${file.path} is not the file that this version of the page needs.`)
    expect(shelf.size).toBe(0)
  })

  it('goes without a cache where there is none, or where it is full', async () => {
    vi.stubGlobal('caches', { open: async () => Promise.reject(new DOMException('insecure', 'SecurityError')) })
    expect(isWhole(await read())).toBe(true)
    const put = async () => Promise.reject(new DOMException('full', 'QuotaExceededError'))
    vi.stubGlobal('caches', { open: async () => ({ match: async () => undefined, put }) })
    expect(isWhole(await read())).toBe(true)
  })

  it('says that the server cannot be reached', async () => {
    served = undefined
    await expect(read()).rejects.toThrow('Failed to fetch')
  })
})
