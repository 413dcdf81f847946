/** Name of the browser's cache that holds the runtime's WebAssembly, for visits without a network. */
const cacheName = 'videmo-runtime'

/**
 * Fetches WebAssembly that is part of the app, from the browser's cache or else from the network, and inflates it if it
 * is gzipped: the host or the browser may have inflated it already.
 *
 * Throws TypeError when it cannot be reached, and Error when the response is not WebAssembly.
 */
export async function fetchWasm(url: string): Promise<ArrayBuffer> {
  const cache = await openCache()
  // Its address contains a hash of its contents, so a cached copy is never out of date.
  const kept = await cache?.match(url).catch(() => undefined)
  if (kept) return inflated(await kept.arrayBuffer())
  const response = await fetch(url, { credentials: 'same-origin' })
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  const bytes = await response.arrayBuffer()
  const wasm = await inflated(bytes)
  if (cache) await store(cache, url, bytes)
  return wasm
}

/** Plain WebAssembly from plain or gzipped bytes, gzipped twice included. Throws Error for anything else. */
export async function inflated(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  if (startsWith(bytes, [0x00, 0x61, 0x73, 0x6d])) return bytes
  if (!startsWith(bytes, [0x1f, 0x8b])) throw new Error('The response is not WebAssembly.')
  // The bytes are written directly: a stream out of a Blob may be garbage-collected while it is being read.
  const { readable, writable } = new DecompressionStream('gzip')
  const writer = writable.getWriter()
  const written = Promise.all([writer.write(new Uint8Array(bytes)), writer.close()])
  const [plain] = await Promise.all([new Response(readable).arrayBuffer(), written])
  return inflated(plain)
}

function startsWith(bytes: ArrayBuffer, magic: readonly number[]): boolean {
  const first = new Uint8Array(bytes, 0, Math.min(bytes.byteLength, magic.length))
  return magic.every((byte, index) => first[index] === byte)
}

/** Undefined where there is no cache: private windows, insecure pages, Node. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(cacheName)
  } catch {
    return undefined
  }
}

async function store(cache: Cache, url: string, bytes: ArrayBuffer): Promise<void> {
  try {
    for (const old of await cache.keys()) {
      if (buildOf(old.url) === buildOf(url)) await cache.delete(old)
    }
    await cache.put(url, new Response(bytes))
  } catch {
    // Without a cached copy, the next visit fetches it again.
  }
}

/** The address without its hash: the same for all versions of a build, of which only one is cached. */
function buildOf(url: string): string {
  return url.replace(/-[\w-]{8}(?=\.\w+$)/, '')
}
