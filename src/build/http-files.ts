import { CheckpointError } from '../errors.ts'
import type { ByteSource, CheckpointFiles } from './source.ts'

export interface HttpOptions {
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch
  /** Further attempts after a failed one, for each block; 5 unless told. */
  readonly retries?: number
  /** Stops everything that this object does. */
  readonly signal?: AbortSignal
  /** An attempt that brings no byte for so long has failed; 60 s unless told. */
  readonly stallMs?: number
  /** Waits between attempts; stands in for a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** The first request of a weights file: enough for the header of a published shard, so that it comes with the size. */
const headBytes = 256 * 1024
const wholeLimitBytes = 64 * 2 ** 20
const backoffMs = 500
const longestWaitMs = 60_000

/**
 * A checkpoint below an HTTP address. Weights are read in ranges, each checked against what was asked for; all other
 * files are fetched whole. Sends no header but Range, which needs no preflight across origins; the host must expose
 * Content-Range to them.
 */
export class HttpFiles implements CheckpointFiles {
  readonly origin: string
  readonly #connection: Connection
  readonly #closed = new AbortController()

  constructor(baseUrl: string, options: HttpOptions = {}) {
    this.origin = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`
    this.#connection = {
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      retries: options.retries ?? 5,
      stallMs: options.stallMs ?? 60_000,
      sleep: options.sleep ?? sleep,
      signals: options.signal === undefined ? [this.#closed.signal] : [this.#closed.signal, options.signal],
    }
  }

  async open(name: string, signal?: AbortSignal): Promise<ByteSource | undefined> {
    const file: RemoteFile = { name, url: `${this.origin}${encodeURIComponent(name)}`, connection: this.#connection }
    if (!name.endsWith('.safetensors')) {
      const bytes = await fetchWhole(file, signal)
      return bytes === undefined ? undefined : new WholeSource(name, bytes)
    }
    const head = await fetchRange(file, { offset: 0, length: headBytes, head: true }, signal)
    return head === undefined ? undefined : new RangeSource(file, head.version, head.bytes)
  }

  async close(): Promise<void> {
    this.#closed.abort(new DOMException('The checkpoint was closed.', 'AbortError'))
  }
}

interface Connection {
  readonly fetch: typeof fetch
  readonly retries: number
  readonly stallMs: number
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
  readonly signals: readonly AbortSignal[]
}

interface RemoteFile {
  readonly name: string
  readonly url: string
  readonly connection: Connection
}

/** What must stay the same from one response to the next. */
interface Version {
  readonly size: number
  /** Without the mark of a weak one; undefined where the host does not send or expose it. */
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

interface Range {
  readonly offset: number
  readonly length: number
  /** The first request: the size is unknown, and the file may end before `length`. */
  readonly head?: boolean
  /** What earlier responses said. */
  readonly version?: Version
}

/** A file held in memory. */
class WholeSource implements ByteSource {
  readonly name: string
  readonly #bytes: Uint8Array

  constructor(name: string, bytes: Uint8Array) {
    this.name = name
    this.#bytes = bytes
  }

  get size(): number {
    return this.#bytes.length
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    if (offset + length > this.size) throw pastTheEnd(this, offset, length)
    return this.#bytes.subarray(offset, offset + length)
  }
}

class RangeSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly version: string | undefined
  readonly #file: RemoteFile
  readonly #version: Version
  /** The start of the file, as it came with the first request. */
  readonly #head: Uint8Array

  constructor(file: RemoteFile, version: Version, head: Uint8Array) {
    this.name = file.name
    this.size = version.size
    this.version = version.etag ?? version.lastModified
    this.#file = file
    this.#version = version
    this.#head = head
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    if (offset + length > this.size) throw pastTheEnd(this, offset, length)
    if (length === 0) return new Uint8Array()
    if (offset + length <= this.#head.length) return this.#head.subarray(offset, offset + length)
    const range = await fetchRange(this.#file, { offset, length, version: this.#version }, signal)
    if (range === undefined) throw changed(this.name, 'it is gone')
    return range.bytes
  }
}

/** A range of a file, or undefined when there is no such file. */
async function fetchRange(
  file: RemoteFile,
  range: Range,
  signal: AbortSignal | undefined,
): Promise<{ bytes: Uint8Array; version: Version } | undefined> {
  let version = range.version
  let bytes: Uint8Array | undefined
  let done = 0
  return attempt(file, signal, async ({ request, chunks }) => {
    // What a failed attempt did bring is kept; the next one asks for the rest.
    const first = range.offset + done
    const last = range.offset + (bytes?.length ?? range.length) - 1
    const response = await request({ Range: `bytes=${first}-${last}` })
    if (isAbsent(response)) return undefined
    if (response.status === 200) {
      throw new CheckpointError({
        code: 'range-ignored',
        message: `The server sends ${file.url} only whole; weights are read in parts.`,
        action: 'Use a host that honours Range requests, or download the checkpoint and choose its folder.',
        subject: file.name,
      })
    }
    const contentRange = response.headers.get('content-range')
    if (response.status === 416) {
      const size = Number(/^bytes \*\/(\d+)$/.exec(contentRange ?? '')?.[1] ?? Number.NaN)
      // No range of an empty file can be satisfied.
      if (range.head && size === 0) return { bytes: new Uint8Array(), version: versionOf(response, 0) }
      if (version !== undefined && size >= 0 && size !== version.size) throw changed(file.name, 'its size differs')
      throw new Retry('the server refused the range (416)')
    }
    if (contentRange === null) {
      throw new CheckpointError({
        code: 'content-range-hidden',
        message: `The server does not show this page the Content-Range of ${file.url}.`,
        action: 'Let the host send "Access-Control-Expose-Headers: Content-Range, ETag", or choose a folder instead.',
        subject: file.name,
      })
    }
    const parsed = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange)?.slice(1).map(Number)
    const [begin, end, size] = parsed ?? []
    const now = versionOf(response, size ?? 0)
    if (version !== undefined && parsed !== undefined) requireSame(file.name, version, now)
    if (begin !== first || end !== Math.min(last, now.size - 1)) {
      throw new Retry(`the server sent "${contentRange}" for bytes ${first}-${last}`)
    }
    version = now
    bytes ??= new Uint8Array(end - begin + 1)
    for await (const chunk of chunks(response)) {
      if (done + chunk.length > bytes.length) throw new Retry('the server sent more than the range')
      bytes.set(chunk, done)
      done += chunk.length
    }
    if (done < bytes.length) throw new Retry(`the connection ended ${bytes.length - done} bytes early`)
    return { bytes, version }
  })
}

/** A small file, or undefined when there is none. */
async function fetchWhole(file: RemoteFile, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
  return attempt(file, signal, async ({ request, chunks }) => {
    const response = await request({})
    if (isAbsent(response)) return undefined
    if (response.status !== 200) throw new Retry(`the server answered ${response.status}`)
    const parts: Uint8Array[] = []
    let total = 0
    for await (const chunk of chunks(response)) {
      total += chunk.length
      if (total > wholeLimitBytes) {
        throw new CheckpointError({
          code: 'too-large',
          message: `${file.url} is larger than ${wholeLimitBytes} bytes.`,
          action: 'Check the address; such a file is small.',
          subject: file.name,
        })
      }
      parts.push(chunk)
    }
    const bytes = new Uint8Array(total)
    let at = 0
    for (const part of parts) {
      bytes.set(part, at)
      at += part.length
    }
    return bytes
  })
}

/** Says that an attempt failed in a way that the next may not. */
class Retry extends Error {
  readonly afterMs: number | undefined

  constructor(message: string, afterMs?: number, cause?: unknown) {
    super(message, { cause })
    this.afterMs = afterMs
  }
}

/** One attempt's view of the network. */
interface Exchange {
  /** The response to a GET; throws for every status but 200, 206, 404, 410 and 416. */
  request(headers: Record<string, string>): Promise<Response>
  /** The body as it arrives. */
  chunks(response: Response): AsyncGenerator<Uint8Array>
}

/**
 * Calls `work` until it succeeds, throws anything but a passing failure, or has failed once more than the retries
 * allow. An attempt that stalls counts as failed; an abort ends everything at once.
 */
async function attempt<T>(
  file: RemoteFile,
  signal: AbortSignal | undefined,
  work: (exchange: Exchange) => Promise<T>,
): Promise<T> {
  const { retries, sleep, signals } = file.connection
  const stop = AbortSignal.any(signal === undefined ? [...signals] : [...signals, signal])
  for (let failures = 0; ; failures++) {
    stop.throwIfAborted()
    const watch = new StallWatch(file.connection.stallMs)
    try {
      return await work(exchangeOf(file, watch, AbortSignal.any([stop, watch.signal])))
    } catch (error) {
      stop.throwIfAborted()
      if (error instanceof CheckpointError) throw error
      if (failures >= retries) throw networkError(file, failures + 1, error)
      const afterMs = error instanceof Retry ? error.afterMs : undefined
      await sleep(Math.min(afterMs ?? backoffMs * 2 ** failures, longestWaitMs), stop)
    } finally {
      // Lets go of a body that was not read to its end, too.
      watch.end()
    }
  }
}

/** Aborts its signal when nothing has happened for a while. */
class StallWatch {
  readonly #controller = new AbortController()
  readonly #stallMs: number
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(stallMs: number) {
    this.#stallMs = stallMs
    this.progress()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  progress(): void {
    clearTimeout(this.#timer)
    const stalled = new Retry(`nothing arrived for ${this.#stallMs} ms`)
    this.#timer = setTimeout(() => this.#controller.abort(stalled), this.#stallMs)
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#controller.abort()
  }
}

function exchangeOf(file: RemoteFile, watch: StallWatch, signal: AbortSignal): Exchange {
  return {
    async request(headers) {
      // Gigabytes that pass through once would only push other pages' files out of the browser's cache.
      const response = await file.connection.fetch(file.url, { headers, signal, cache: 'no-store' })
      watch.progress()
      return checkStatus(file, response)
    },
    async *chunks(response) {
      if (response.body === null) return
      const reader = response.body.getReader()
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        watch.progress()
        yield next.value
      }
    },
  }
}

function checkStatus(file: RemoteFile, response: Response): Response {
  const { status } = response
  if ([200, 206, 404, 410, 416].includes(status)) return response
  if (status === 401 || status === 403) {
    throw new CheckpointError({
      code: 'not-allowed',
      message: `The server answers ${status} to ${file.url}: it does not give this file to everyone.`,
      action: 'Accept its terms and download it with your own account, then choose its folder here.',
      subject: file.name,
    })
  }
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    throw new Retry(`the server answered ${status}`, retryAfterMs(response))
  }
  throw new CheckpointError({
    code: 'http-status',
    message: `The server answered ${status} to ${file.url}.`,
    action: 'Check the address of the checkpoint.',
    subject: file.name,
  })
}

/** How long the server asks to be left alone, if it says so: in seconds, or as a date. */
function retryAfterMs(response: Response): number | undefined {
  const header = response.headers.get('retry-after')
  if (header === null) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0)
}

/** Also true of the start page that many static hosts send, with status 200, in place of a missing file. */
function isAbsent(response: Response): boolean {
  const page = response.headers.get('content-type')?.startsWith('text/html') ?? false
  return response.status === 404 || response.status === 410 || (response.ok && page)
}

function versionOf(response: Response, size: number): Version {
  return {
    size,
    etag: response.headers.get('etag')?.replace(/^W\//, ''),
    lastModified: response.headers.get('last-modified') ?? undefined,
  }
}

function requireSame(file: string, before: Version, now: Version): void {
  if (before.size !== now.size) throw changed(file, `it had ${before.size} bytes, now ${now.size}`)
  if (before.etag !== undefined && now.etag !== undefined) {
    // Equal tags outweigh dates, which differ between the machines behind one address.
    if (before.etag !== now.etag) throw changed(file, 'its ETag differs')
  } else if (before.lastModified !== undefined && now.lastModified !== undefined) {
    if (before.lastModified !== now.lastModified) throw changed(file, 'its date differs')
  }
}

function changed(file: string, how: string): CheckpointError {
  return new CheckpointError({
    code: 'source-changed',
    message: `${file} was changed on the server while it was being read: ${how}.`,
    action: 'Start again, so that all parts come from one version.',
    subject: file,
    recoverable: true,
  })
}

function pastTheEnd(source: ByteSource, offset: number, length: number): CheckpointError {
  return new CheckpointError({
    code: 'truncated',
    message: `${source.name} ends at byte ${source.size}; bytes up to ${offset + length} were asked for.`,
    action: 'Download this file again; it is incomplete.',
    subject: source.name,
  })
}

function networkError(file: RemoteFile, attempts: number, cause: unknown): CheckpointError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new CheckpointError({
    code: 'network',
    message: `${file.url} could not be read in ${attempts} attempts; the last one: ${why}.`,
    action: 'Check the connection, the address, and that the host lets other sites read it (CORS); then try again.',
    subject: file.name,
    recoverable: true,
    cause,
  })
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal.addEventListener('abort', stop, { once: true })
  })
}
