/** Where this browser keeps what it has fetched of the runtime, for visits without a network. */
const shelfName = 'videmo-runtime'

/**
 * A WebAssembly build of the app's own: from the browser's cache, else from the network, inflated where it came gzipped.
 * Host and browser may have inflated it before, so its first bytes decide.
 *
 * Throws TypeError when it cannot be reached, and Error when what comes is no WebAssembly.
 */
export async function fetchWasm(url: string): Promise<ArrayBuffer> {
  const shelf = await openShelf()
  // One version of each build is kept; its address has its hash.
  const kept = await shelf?.match(url).catch(() => undefined)
  if (kept) return inflated(await kept.arrayBuffer())
  const response = await fetch(url, { credentials: 'same-origin' })
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  const bytes = await response.arrayBuffer()
  const wasm = await inflated(bytes)
  if (shelf) await keep(shelf, url, bytes)
  return wasm
}

/** Gzipped or plain WebAssembly, as plain WebAssembly. */
export async function inflated(bytes: ArrayBuffer): Promise<ArrayBuffer> {
  if (startsWith(bytes, [0x00, 0x61, 0x73, 0x6d])) return bytes
  if (!startsWith(bytes, [0x1f, 0x8b])) throw new Error('What came is no WebAssembly.')
  // Written and not streamed out of a Blob, whose streams may be collected with whoever waits for them.
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

/** Nothing where the browser has none to give: private windows, insecure pages, Node. */
async function openShelf(): Promise<Cache | undefined> {
  try {
    return await caches.open(shelfName)
  } catch {
    return undefined
  }
}

async function keep(shelf: Cache, url: string, bytes: ArrayBuffer): Promise<void> {
  try {
    for (const old of await shelf.keys()) {
      if (buildOf(old.url) === buildOf(url)) await shelf.delete(old)
    }
    await shelf.put(url, new Response(bytes))
  } catch {
    // It will be fetched again.
  }
}

/** The address without its hash. */
function buildOf(url: string): string {
  return url.replace(/-[\w-]{8}(?=\.\w+$)/, '')
}
