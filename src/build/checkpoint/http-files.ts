import { CheckpointError } from '../../base/errors.ts'
import { FileVersion, versionOf } from '../../net/file-version.ts'
import { attempt, type Connection, type RemoteFile, Retry } from '../../net/http-attempts.ts'
import { changed, contentRangeHidden, rangeIgnored, tooLarge } from '../../net/http-errors.ts'
import { QuietTime, type ServerWait, type Sleep, sleepMs } from '../../net/quiet-time.ts'
import { refusalOf } from '../../net/server-answer.ts'
import { withoutQuery } from './checkpoint-address.ts'
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
  readonly sleep?: Sleep | undefined
  /** Told when the server asks to be left alone for a while, and with nothing when requests go on. */
  readonly onWait?: (wait: ServerWait | undefined) => void
}

/** The first request of a weights file: enough for the header of a published shard, so that it comes with the size. */
const headBytes = 256 * 1024
const wholeLimitBytes = 64 * 2 ** 20

/**
 * A checkpoint below an HTTP address, whose query goes with every file. Weights are read in ranges, each checked against
 * what was asked for; all other files are fetched whole. Sends no header but Range, which needs no preflight across
 * origins; the host must expose Content-Range to them.
 *
 * Throws CheckpointError `no-such-model`, `gated`, `no-such-revision`, `not-allowed`, `http-status`, `access-lapsed`,
 * `too-many-requests`, `source-changed`, `range-ignored`, `content-range-hidden`, `too-large`, `truncated` or `network`.
 */
export class HttpFiles implements CheckpointFiles {
  /** Without the address's query. */
  readonly origin: string
  readonly #base: URL
  readonly #connection: Connection
  readonly #closed = new AbortController()

  constructor(baseUrl: string, options: HttpOptions = {}) {
    this.#base = new URL(baseUrl)
    if (!this.#base.pathname.endsWith('/')) this.#base.pathname += '/'
    this.origin = withoutQuery(this.#base.href)
    const sleep = options.sleep ?? sleepMs
    this.#connection = {
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      retries: options.retries ?? 5,
      stallMs: options.stallMs ?? 60_000,
      sleep,
      signals: options.signal === undefined ? [this.#closed.signal] : [this.#closed.signal, options.signal],
      quiet: new QuietTime(sleep, options.onWait),
      givers: new Set(),
      requests: 0,
    }
  }

  /** How many requests were made so far, those of failed attempts among them. */
  get requests(): number {
    return this.#connection.requests
  }

  async open(name: string, signal?: AbortSignal): Promise<ByteSource | undefined> {
    const shownUrl = `${this.origin}${encodeURIComponent(name)}`
    const url = `${shownUrl}${this.#base.search}`
    const file: RemoteFile = { name, url, shownUrl, connection: this.#connection, isGiven: false }
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

interface Range {
  readonly offset: number
  readonly length: number
  /** The first request: the size is unknown, and the file may end before `length`. */
  readonly head?: boolean
  /** What earlier responses said. */
  readonly version?: FileVersion
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
  readonly #version: FileVersion
  /** The start of the file, as it came with the first request. */
  readonly #head: Uint8Array

  constructor(file: RemoteFile, version: FileVersion, head: Uint8Array) {
    this.name = file.name
    this.size = version.size
    this.version = version.name
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
): Promise<{ bytes: Uint8Array; version: FileVersion } | undefined> {
  let version = range.version
  let bytes: Uint8Array | undefined
  let done = 0
  return attempt(file, signal, async ({ request, chunks }) => {
    // What a failed attempt did bring is kept; the next one asks for the rest.
    const first = range.offset + done
    const last = range.offset + (bytes?.length ?? range.length) - 1
    const askedMs = performance.now()
    const response = await request({ Range: `bytes=${first}-${last}` })
    if (isAbsent(response)) return undefined
    if (response.status === 200) throw rangeIgnored(file)
    const contentRange = response.headers.get('content-range')
    if (response.status === 416) {
      const size = Number(/^bytes \*\/(\d+)$/.exec(contentRange ?? '')?.[1] ?? Number.NaN)
      // No range of an empty file can be satisfied.
      if (range.head && size === 0) {
        return { bytes: new Uint8Array(), version: new FileVersion(versionOf(response, 0)) }
      }
      if (version !== undefined && size >= 0 && size !== version.size) throw changed(file.name, 'its size differs')
      throw new Retry('the server refused the range (416)')
    }
    if (contentRange === null) throw contentRangeHidden(file)
    const parsed = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(contentRange)?.slice(1).map(Number)
    const [begin, end, size] = parsed ?? []
    const now = versionOf(response, size ?? 0)
    const difference = parsed && version?.difference(now, askedMs)
    if (difference) {
      const error = changed(file.name, difference.how)
      throw difference.isCertain ? error : new Retry(`of ${file.name}, ${difference.how}`, { error })
    }
    if (begin !== first || end !== Math.min(last, now.size - 1)) {
      throw new Retry(`the server sent "${contentRange}" for bytes ${first}-${last}`)
    }
    version ??= new FileVersion(now)
    bytes ??= new Uint8Array(end - begin + 1)
    for await (const chunk of chunks(response)) {
      if (done + chunk.length > bytes.length) throw new Retry('the server sent more than the range')
      bytes.set(chunk, done)
      done += chunk.length
      file.isGiven = true
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
      if (total > wholeLimitBytes) throw tooLarge(file, wholeLimitBytes)
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

/** Also true of the start page that many static hosts send, with status 200, in place of a missing file. */
function isAbsent(response: Response): boolean {
  const page = response.headers.get('content-type')?.startsWith('text/html') ?? false
  return refusalOf(response) === 'no-such-file' || (response.ok && page)
}

function pastTheEnd(source: ByteSource, offset: number, length: number): CheckpointError {
  return new CheckpointError({
    code: 'truncated',
    message: `${source.name} ends at byte ${source.size}; bytes up to ${offset + length} were asked for.`,
    action: 'Download this file again; it is incomplete.',
    subject: source.name,
  })
}
