import type { ManifestFile } from '../manifest/manifest.ts'
import { badUrl, missingFile, networkError, notABundle } from './bundle-errors.ts'
import { manifestLimitBytes, manifestPath } from './bundle-manifest.ts'
import type { BundleWriter } from './bundle-store.ts'
import { FileCheck } from './file-check.ts'

export interface HttpOptions {
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch
  readonly signal?: AbortSignal
}

export interface DownloadOptions extends HttpOptions {
  readonly onBytes?: (bytes: number) => void
}

/** Bytes gathered on the heap before they are hashed and handed to the store. */
const pieceBytes = 4 * 2 ** 20
const parallel = 4

/** A bundle's address: a folder, ending in a slash. Accepts that of its manifest. Throws BundleError `bad-url`. */
export function bundleUrl(address: string, base?: string): string {
  let url: URL
  try {
    url = new URL(address.trim(), base)
  } catch (cause) {
    throw badUrl(address, cause)
  }
  if (address.trim() === '' || !/^https?:$/.test(url.protocol)) throw badUrl(address)
  url.hash = ''
  if (url.pathname.endsWith(`/${manifestPath}`)) url.pathname = url.pathname.slice(0, -manifestPath.length)
  else if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url.href
}

/**
 * The bytes of the manifest below `base`, as `bundleUrl` writes it; unlike other files it has no size or hash to be
 * held against. Throws BundleError `not-a-bundle` or `network`, or the reason of an abort.
 */
export async function fetchManifest(base: string, options: HttpOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const signal = options.signal ?? new AbortController().signal
  // A manifest older than the files beside it would call them wrong: the browser's cache must ask first.
  const response = await request(base, manifestPath, options, { signal, cache: 'no-cache' })
  if (isGone(response)) throw noBundle('There is no manifest.json', base)
  checkStatus(response, manifestPath)
  // Many hosts answer any address with their own page.
  if (isHtml(response)) throw noBundle('The server answered with a web page instead of a manifest.json', base)
  const chunks: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  for await (const chunk of bodyOf(response, manifestPath, signal)) {
    bytes += chunk.length
    if (bytes > manifestLimitBytes) throw noBundle('The manifest.json is far too large', base)
    chunks.push(chunk)
  }
  const all = new Uint8Array(await new Blob(chunks).arrayBuffer())
  if (new TextDecoder().decode(all).trimStart().startsWith('<')) {
    throw noBundle('The server answered with a web page', base)
  }
  return all
}

/**
 * Fetches the files that `writer` has not finished yet, several at a time, each checked against the manifest's size
 * and SHA-256 before it is closed. When one fails, the others are ended before this throws: BundleError
 * `missing-file`, `wrong-size`, `wrong-hash`, `network`, what the writer throws, or the reason of an abort.
 */
export async function downloadFiles(
  base: string,
  files: readonly ManifestFile[],
  writer: BundleWriter,
  options: DownloadOptions = {},
): Promise<void> {
  const failed = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal
  const waiting = files.filter(({ path }) => !writer.finished.has(path)).values()
  const lane = async () => {
    try {
      for (const file of waiting) await downloadFile(base, file, writer, { ...options, signal })
    } catch (error) {
      // The first error is the cause; the others are its echo.
      failed.abort(error)
    }
  }
  await Promise.all(Array.from({ length: parallel }, lane))
  failed.signal.throwIfAborted()
}

async function downloadFile(
  base: string,
  file: ManifestFile,
  writer: BundleWriter,
  options: DownloadOptions & { readonly signal: AbortSignal },
): Promise<void> {
  const { path } = file
  const { signal, onBytes } = options
  signal.throwIfAborted()
  const response = await request(base, path, options, { signal })
  if (isGone(response) || isHtml(response)) {
    throw missingFile(path, `The server does not have ${path}, which the manifest lists.`)
  }
  checkStatus(response, path)
  const out = await writer.open(path)
  try {
    const check = await FileCheck.of(file)
    const flush = async (piece: Uint8Array<ArrayBuffer>) => {
      check.pass(piece)
      await out.write(piece)
      signal.throwIfAborted()
    }
    await inPieces(bodyOf(response, path, signal), Math.min(pieceBytes, file.bytes + 1), flush, onBytes)
    check.end()
    await out.close()
  } catch (error) {
    await out.abort()
    throw error
  }
}

/** Gathers small chunks into pieces of one buffer, which is filled again after each flush. */
async function inPieces(
  chunks: AsyncIterable<Uint8Array<ArrayBuffer>>,
  bytes: number,
  flush: (piece: Uint8Array<ArrayBuffer>) => Promise<void>,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<void> {
  const piece = new Uint8Array(bytes)
  let filled = 0
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + piece.length - filled)
      piece.set(part, filled)
      filled += part.length
      from += part.length
      if (filled < piece.length) continue
      await flush(piece)
      filled = 0
    }
    onBytes(chunk.length)
  }
  if (filled > 0) await flush(piece.subarray(0, filled))
}

async function request(base: string, path: string, { fetch: own }: HttpOptions, init: RequestInit): Promise<Response> {
  const url = new URL(path, base)
  // A signed address keeps its key for every file.
  url.search = new URL(base).search
  try {
    return await (own ?? fetch)(url.href, { credentials: 'omit', ...init })
  } catch (cause) {
    init.signal?.throwIfAborted()
    throw networkError(path, `${path} could not be fetched from ${base}.`, cause)
  }
}

async function* bodyOf(response: Response, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (!response.body) return
  const reader = response.body.getReader()
  try {
    while (true) {
      const { done, value } = await reader.read()
      if (done) return
      signal.throwIfAborted()
      yield value
    }
  } catch (cause) {
    signal.throwIfAborted()
    throw networkError(path, `The connection broke while ${path} was being fetched.`, cause)
  } finally {
    // Ends the transfer when the reader leaves early; a body read to its end, or broken, has nothing to cancel.
    await reader.cancel().catch(() => undefined)
  }
}

function checkStatus(response: Response, path: string): void {
  if (response.ok) return
  throw networkError(path, `The server answered ${response.status} to the request for ${path}.`)
}

function noBundle(what: string, base: string) {
  const action = 'Check the address: it should be that of a folder made by “videmo build”.'
  return notABundle(`${what} at ${base}`, base, action)
}

function isGone({ status }: Response): boolean {
  return status === 404 || status === 410
}

function isHtml(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') ?? false
}
