import { CheckpointError } from '../../base/errors.ts'
import { type ByteRange, contentRangeOf, RangeBuffer, sizeInRefusal } from '../../net/byte-range.ts'
import { FileVersion, versionOf } from '../../net/file-version.ts'
import { type Fetch, HttpClient } from '../../net/http-client.ts'
import { type RemoteFile, RetryableError } from '../../net/http-failures.ts'
import type { ServerWait, Sleep } from '../../net/quiet-time.ts'
import { isAbsent } from '../../net/server-answer.ts'
import { wholeBody } from '../../net/whole-body.ts'
import { withoutQuery } from './checkpoint-address.ts'
import {
  changed,
  checkpointErrors,
  contentRangeHidden,
  oddAnswer,
  rangeIgnored,
  refused,
  tooLarge,
} from './http-errors.ts'
import type { ByteSource, CheckpointFiles } from './source.ts'

export interface HttpOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: Fetch
  /** Further attempts after a failed one, for each range; default: 5. */
  readonly retries?: number
  /** Stops everything that this object does. */
  readonly signal?: AbortSignal
  /** A request that brings no byte for this long has failed, in milliseconds; default: 60,000. */
  readonly stallMs?: number
  /** Waits between attempts; default: a timer. */
  readonly sleep?: Sleep | undefined
  /** Called when the server asks to be left alone for a while, and with nothing when requests go on. */
  readonly onWait?: (wait: ServerWait | undefined) => void
}

/** The first request of a weights file: enough for the header of a published shard, so that it comes with the size. */
const headBytes = 256 * 1024
/** Other files than weights are small; the largest is a tokenizer of some 11 MB. */
const wholeLimitBytes = 64 * 2 ** 20
/** A build runs for long without anybody watching, so a busy server is asked again after a minute at most. */
const waits = { firstWaitMs: 500, longestWaitMs: 60_000, cutsAskedWaits: true }

/**
 * A checkpoint below an HTTP address, whose query goes with every file. Weights are read in ranges, each checked against
 * what was asked for; all other files are fetched whole. A host on another origin must expose Content-Range.
 *
 * Its methods throw CheckpointError `no-such-model`, `gated`, `no-such-revision`, `not-allowed`, `http-status`, `access-lapsed`,
 * `too-many-requests`, `source-changed`, `range-ignored`, `content-range-hidden`, `too-large`, `truncated` or `network`.
 */
export class HttpFiles implements CheckpointFiles {
  /** Without the address's query. */
  readonly origin: string
  readonly #base: URL
  readonly #client: HttpClient
  readonly #closed = new AbortController()

  constructor(baseUrl: string, options: HttpOptions = {}) {
    this.#base = new URL(baseUrl)
    if (!this.#base.pathname.endsWith('/')) this.#base.pathname += '/'
    this.origin = withoutQuery(this.#base.href)
    const { fetch, retries = 5, signal, stallMs = 60_000, sleep, onWait } = options
    this.#client = new HttpClient(checkpointErrors, {
      fetch,
      sleep,
      onServerWait: onWait,
      signal: signal === undefined ? this.#closed.signal : AbortSignal.any([this.#closed.signal, signal]),
      retryPolicy: { ...waits, stallMs, tries: retries + 1 },
    })
  }

  /** How many requests were made so far, those of failed attempts among them. */
  get requests(): number {
    return this.#client.requests
  }

  async open(name: string, signal?: AbortSignal): Promise<ByteSource | undefined> {
    const url = `${this.origin}${encodeURIComponent(name)}${this.#base.search}`
    const file: RemoteFile = { name, url, isPartlyRead: false }
    if (!name.endsWith('.safetensors')) {
      const bytes = await fetchWhole(this.#client, file, signal)
      return bytes === undefined ? undefined : new WholeSource(name, bytes)
    }
    const head = await fetchRange(this.#client, file, { offset: 0, length: headBytes, isHead: true }, signal)
    return head === undefined ? undefined : new RangeSource(this.#client, file, head.version, head.bytes)
  }

  async close(): Promise<void> {
    this.#closed.abort(new DOMException('The checkpoint was closed.', 'AbortError'))
  }
}

/** A stretch of a file, in bytes. */
interface Range {
  readonly offset: number
  readonly length: number
  /** Whether it is the first request for the file: its size is unknown then, and it may end before `length`. */
  readonly isHead?: boolean
  /** The version that earlier responses were of. */
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

/** A file that is fetched in ranges. */
class RangeSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly version: string | undefined
  readonly #client: HttpClient
  readonly #file: RemoteFile
  readonly #version: FileVersion
  /** The start of the file, as it came with the first request. */
  readonly #head: Uint8Array

  constructor(client: HttpClient, file: RemoteFile, version: FileVersion, head: Uint8Array) {
    this.name = file.name
    this.size = version.size
    this.version = version.name
    this.#client = client
    this.#file = file
    this.#version = version
    this.#head = head
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    if (offset + length > this.size) throw pastTheEnd(this, offset, length)
    if (length === 0) return new Uint8Array()
    if (offset + length <= this.#head.length) return this.#head.subarray(offset, offset + length)
    const range = await fetchRange(this.#client, this.#file, { offset, length, version: this.#version }, signal)
    if (range === undefined) throw changed(this.name, 'it is gone')
    return range.bytes
  }
}

interface FetchedRange {
  readonly bytes: Uint8Array
  readonly version: FileVersion
}

/** A range of a file, or undefined when there is no such file. */
async function fetchRange(
  client: HttpClient,
  file: RemoteFile,
  { offset, length, isHead = false, version: known }: Range,
  signal: AbortSignal | undefined,
): Promise<FetchedRange | undefined> {
  let version = known
  let buffer: RangeBuffer | undefined
  const attempt = async (): Promise<FetchedRange | undefined> => {
    // The buffer keeps what a failed attempt brought, and the next attempt asks for the rest.
    if (buffer?.isFull && version) return { bytes: buffer.bytes, version }
    const asked = buffer?.missing ?? { from: offset, to: offset + length - 1 }
    const askedMs = performance.now()
    const answer = await client.get(file, { range: asked, signal })
    try {
      const { response } = answer
      if (isAbsent(response)) return undefined
      if (response.status === 416) return emptyFile(file, response, isHead, version)
      const given = rangeGiven(file, response, asked)
      const found = versionOf(response, given.size)
      const difference = version?.difference(found, askedMs)
      if (difference) {
        const error = changed(file.name, difference.how)
        throw difference.isCertain ? error : new RetryableError(() => error)
      }
      if (given.from !== asked.from || given.to !== Math.min(asked.to, given.size - 1)) {
        throw otherRange(file, response, asked)
      }
      version ??= new FileVersion(found)
      buffer ??= new RangeBuffer(given.from, new Uint8Array(given.to - given.from + 1))
      if (!(await buffer.fill(answer.body()))) throw oddAnswer(file, 'the server sent more than the range')
      const missingBytes = buffer.bytes.length - buffer.filledBytes
      if (missingBytes > 0) throw oddAnswer(file, `the connection ended ${missingBytes} bytes early`)
      return { bytes: buffer.bytes, version }
    } finally {
      answer.cancel()
    }
  }
  return client.withRetries(attempt, { signal })
}

/** An empty file, which has no range that could be satisfied (416); throws when the file is not empty. */
function emptyFile(
  file: RemoteFile,
  response: Response,
  isHead: boolean,
  version: FileVersion | undefined,
): FetchedRange {
  const size = sizeInRefusal(response)
  if (isHead && size === 0) return { bytes: new Uint8Array(), version: new FileVersion(versionOf(response, 0)) }
  if (version !== undefined && size !== undefined && size !== version.size) {
    throw changed(file.name, 'its size differs')
  }
  throw oddAnswer(file, 'the server refused the range (416)')
}

/** The range that a response brings, and the size of the whole file; throws when the response tells neither. */
function rangeGiven(file: RemoteFile, response: Response, asked: ByteRange): ByteRange & { readonly size: number } {
  if (response.status === 200) throw rangeIgnored(file)
  if (response.status !== 206) throw refused(file, 'other', response)
  const given = contentRangeOf(response)
  if (given === 'hidden') throw contentRangeHidden(file)
  if (given === 'malformed' || given.size === undefined) throw otherRange(file, response, asked)
  return { from: given.from, to: given.to, size: given.size }
}

function otherRange(file: RemoteFile, { headers }: Response, { from, to }: ByteRange): RetryableError {
  return oddAnswer(file, `the server sent "${headers.get('content-range')}" for bytes ${from}-${to}`)
}

/** A small file, or undefined when there is none. */
async function fetchWhole(
  client: HttpClient,
  file: RemoteFile,
  signal: AbortSignal | undefined,
): Promise<Uint8Array | undefined> {
  const attempt = async () => {
    const answer = await client.get(file, { signal })
    try {
      const { response } = answer
      if (isAbsent(response)) return undefined
      if (response.status === 206) throw oddAnswer(file, 'the server answered 206')
      if (response.status !== 200) throw refused(file, 'other', response)
      const bytes = await wholeBody(answer.body(), wholeLimitBytes)
      if (!bytes) throw tooLarge(file, wholeLimitBytes)
      return bytes
    } finally {
      answer.cancel()
    }
  }
  return client.withRetries(attempt, { signal })
}

function pastTheEnd(source: ByteSource, offset: number, length: number): CheckpointError {
  return new CheckpointError({
    code: 'truncated',
    message: `${source.name} ends at byte ${source.size}; bytes up to ${offset + length} were asked for.`,
    action: 'Download this file again; it is incomplete.',
    subject: source.name,
  })
}
