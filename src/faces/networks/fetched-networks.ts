import { isIntact, type NetworkFile, type ReadNetwork } from './network-files.ts'

/** Name of the browser's cache that holds the face networks, for visits without a network. */
const cacheName = 'videmo-faces'

/**
 * Reads networks that are published with the page: from the browser's cache where it holds the very bytes that this
 * version of the page needs, else from the server.
 *
 * The returned function throws TypeError when the server cannot be reached, and Error for an answer that is no such file.
 *
 * @param appUrl the page's base address; a worker does not know it
 */
export function fetchedNetworks(appUrl: string): ReadNetwork {
  return async (file) => {
    const url = new URL(file.path, appUrl).href
    const cache = await openCache()
    const kept = await cache?.match(url).catch(() => undefined)
    if (kept) {
      const bytes = new Uint8Array(await kept.arrayBuffer())
      if (await isIntact(bytes, file)) return bytes
    }
    const bytes = await fetched(url, file)
    // Without a cached copy, the next visit fetches it again.
    await cache?.put(url, new Response(bytes)).catch(() => undefined)
    return bytes
  }
}

async function fetched(url: string, file: NetworkFile): Promise<Uint8Array<ArrayBuffer>> {
  // The address stays the same from version to version: the browser asks whether its copy is still the newest.
  const response = await fetch(url, { credentials: 'same-origin', cache: 'no-cache' })
  if (!response.ok) throw new Error(`${file.path}: ${response.status}`)
  const bytes = new Uint8Array(await response.arrayBuffer())
  if (await isIntact(bytes, file)) return bytes
  throw new Error(`${file.path} is not the file that this version of the page needs.`)
}

/** Undefined where there is no cache: private windows, insecure pages. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(cacheName)
  } catch {
    return undefined
  }
}
