import { createSHA256 } from 'hash-wasm'
import { BundleError } from '../errors.ts'
import { type Manifest, type ManifestFile, parseManifest } from '../manifest/manifest.ts'

export interface DownloadProgress {
  readonly doneBytes: number
  readonly totalBytes: number
  /** The file that the last bytes belong to. */
  readonly path: string
}

export interface DownloadOptions {
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch
  /** Called when the manifest is read, before any file is asked for; what it throws ends the download. */
  readonly onManifest?: (manifest: Manifest) => void
  readonly onProgress?: (progress: DownloadProgress) => void
  readonly signal?: AbortSignal
}

const manifestPath = 'manifest.json'
/** A manifest is a few kilobytes; whatever is larger is something else. */
const manifestLimitBytes = 2 ** 20
/** Bytes gathered on the heap before they become a Blob, which the browser may keep elsewhere. */
const pieceBytes = 16 * 2 ** 20
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
 * Fetches a bundle into memory, each file checked against the manifest's size and SHA-256.
 * Throws BundleError `bad-url`, `not-a-bundle`, `bad-manifest`, `newer-bundle`, `missing-file`, `wrong-size`,
 * `wrong-hash`, `network`, or the reason of an abort.
 */
export async function downloadBundle(address: string, options: DownloadOptions = {}): Promise<BlobBundle> {
  const base = bundleUrl(address)
  // One failed file ends the others.
  const failed = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal
  const download = new Download(base, options.fetch ?? ((input, init) => fetch(input, init)), signal)
  try {
    const text = await download.manifest()
    const manifest = parseManifest(text)
    options.onManifest?.(manifest)
    const totalBytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
    let doneBytes = 0
    const blobs = new Map<string, Blob>([[manifestPath, new Blob([text])]])
    const waiting = manifest.files.values()
    const lane = async () => {
      for (const file of waiting) {
        const blob = await download.file(file, (bytes) => {
          doneBytes += bytes
          options.onProgress?.({ doneBytes, totalBytes, path: file.path })
        })
        blobs.set(file.path, blob)
      }
    }
    await Promise.all(Array.from({ length: parallel }, lane))
    return new BlobBundle(blobs)
  } catch (error) {
    failed.abort(error)
    throw error
  }
}

/** A bundle's files, held as Blobs. */
export class BlobBundle {
  constructor(private readonly blobs: ReadonlyMap<string, Blob>) {}

  /** A whole file. Throws BundleError `missing-file`. */
  async read(path: string): Promise<Blob> {
    const blob = this.blobs.get(path)
    if (blob) return blob
    throw missingFile(path, `The bundle has no file ${path}.`)
  }
}

class Download {
  constructor(
    private readonly base: string,
    private readonly fetch: typeof globalThis.fetch,
    private readonly signal: AbortSignal,
  ) {}

  /** The manifest's text; unlike other files it has no size or hash to be held against. */
  async manifest(): Promise<string> {
    const response = await this.request(manifestPath)
    if (response.status === 404 || response.status === 410) throw this.notABundle('There is no manifest.json')
    this.checkStatus(response, manifestPath)
    // Many hosts answer any address with their own page.
    if (isHtml(response)) throw this.notABundle('The server answered with a web page instead of a manifest.json')
    const chunks: Uint8Array<ArrayBuffer>[] = []
    let bytes = 0
    for await (const chunk of this.chunks(response, manifestPath)) {
      bytes += chunk.length
      if (bytes > manifestLimitBytes) throw this.notABundle('The manifest.json is far too large')
      chunks.push(chunk)
    }
    const text = await new Blob(chunks).text()
    if (text.trimStart().startsWith('<')) throw this.notABundle('The server answered with a web page')
    return text
  }

  async file({ path, bytes, sha256 }: ManifestFile, onBytes: (bytes: number) => void): Promise<Blob> {
    this.signal.throwIfAborted()
    const response = await this.request(path)
    if (response.status === 404 || response.status === 410 || isHtml(response)) {
      throw missingFile(path, `The server does not have ${path}, which the manifest lists.`)
    }
    this.checkStatus(response, path)
    const hash = await createSHA256()
    const pieces: Blob[] = []
    let chunks: Uint8Array<ArrayBuffer>[] = []
    let gathered = 0
    let done = 0
    for await (const chunk of this.chunks(response, path)) {
      done += chunk.length
      if (done > bytes) throw wrongSize(path, bytes, `more than ${bytes}`)
      hash.update(chunk)
      chunks.push(chunk)
      gathered += chunk.length
      if (gathered >= pieceBytes) {
        pieces.push(new Blob(chunks))
        chunks = []
        gathered = 0
      }
      onBytes(chunk.length)
    }
    if (done !== bytes) throw wrongSize(path, bytes, String(done))
    if (hash.digest() !== sha256) throw wrongHash(path)
    return new Blob([...pieces, ...chunks])
  }

  private async request(path: string): Promise<Response> {
    const url = new URL(path, this.base)
    // A signed address keeps its key for every file.
    url.search = new URL(this.base).search
    try {
      return await this.fetch(url.href, { signal: this.signal, credentials: 'omit' })
    } catch (cause) {
      this.signal.throwIfAborted()
      throw networkError(path, `${path} could not be fetched from ${this.base}.`, cause)
    }
  }

  private async *chunks(response: Response, path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    if (!response.body) return
    const reader = response.body.getReader()
    try {
      while (true) {
        const { done, value } = await reader.read()
        if (done) return
        this.signal.throwIfAborted()
        yield value
      }
    } catch (cause) {
      this.signal.throwIfAborted()
      throw networkError(path, `The connection broke while ${path} was being fetched.`, cause)
    } finally {
      // Ends the transfer when the reader leaves early; a body read to its end, or broken, has nothing to cancel.
      await reader.cancel().catch(() => undefined)
    }
  }

  private checkStatus(response: Response, path: string): void {
    if (response.ok) return
    throw networkError(path, `The server answered ${response.status} to the request for ${path}.`)
  }

  private notABundle(what: string): BundleError {
    return new BundleError({
      code: 'not-a-bundle',
      message: `${what} at ${this.base}.`,
      action: 'Check the address: it should be that of a folder made by “videmo build”.',
      subject: this.base,
      recoverable: true,
    })
  }
}

function isHtml(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/html') ?? false
}

function badUrl(address: string, cause?: unknown): BundleError {
  return new BundleError({
    code: 'bad-url',
    message: address.trim() === '' ? 'There is no address.' : `“${address}” is not an address of a bundle.`,
    action: 'Give an address that begins with https://, or a path on this site.',
    subject: address,
    recoverable: true,
    cause,
  })
}

function missingFile(path: string, message: string): BundleError {
  return new BundleError({
    code: 'missing-file',
    message,
    action: 'Upload the whole folder that the builder made, or build the bundle again.',
    subject: path,
    recoverable: true,
  })
}

function wrongSize(path: string, expected: number, found: string): BundleError {
  return new BundleError({
    code: 'wrong-size',
    message: `${path} should have ${expected} bytes, but the server sent ${found}.`,
    action: 'Upload this file again, or build the bundle again.',
    subject: path,
    recoverable: true,
  })
}

function wrongHash(path: string): BundleError {
  return new BundleError({
    code: 'wrong-hash',
    message: `${path} is not the file that the manifest describes: its SHA-256 differs.`,
    action: 'Load it again; if that does not help, upload this file again or build the bundle again.',
    subject: path,
    recoverable: true,
  })
}

function networkError(path: string, message: string, cause?: unknown): BundleError {
  return new BundleError({
    code: 'network',
    message,
    action: 'Check the connection and the address. A server elsewhere must also allow requests from this site (CORS).',
    subject: path,
    recoverable: true,
    cause,
  })
}
