import { sha256 } from 'hash-wasm'
import { BundleError } from '../base/errors.ts'
import type { ManifestFile } from '../manifest/manifest.ts'
import { type ByteRange, contentRangeOf, RangeBuffer } from '../net/byte-range.ts'
import { etagOf } from '../net/file-version.ts'
import type { HttpAnswer, HttpClient } from '../net/http-client.ts'
import { type RemoteFile, RetryableError } from '../net/http-failures.ts'
import { isAbsent } from '../net/server-answer.ts'
import type { BufferPool } from './buffer-pool.ts'
import {
  changedInTransit,
  changedOnDisk,
  contradictoryManifest,
  missingFile,
  wrongServerFile,
  wrongSize,
} from './bundle-errors.ts'
import { remoteFile } from './bundle-requests.ts'
import type { PartialFile } from './bundle-store.ts'
import { type Chunk, chunksOfFile, ownChunks } from './file-chunks.ts'
import type { Semaphore } from './semaphore.ts'
import { checkStored } from './stored-check.ts'
import { type ChunkSink, takeChunks } from './whole-file.ts'

export interface FileDownloadOptions {
  readonly signal: AbortSignal
  /** Called with the count of bytes that came, or with a minus of those that were lost again. */
  readonly onBytes: (bytes: number) => void
}

/** What the downloads of one bundle share. */
export interface DownloadContext {
  readonly base: string
  readonly client: HttpClient
  /** Limits how many requests are under way at a time. */
  readonly semaphore: Semaphore
  /** For the bytes of chunks, which would otherwise pile up as garbage. */
  readonly buffers: BufferPool
  /** Whether the server has given a range: then files need not begin with a single chunk to find that out. */
  knowsRanges: boolean
}

/** The server gives no range of this file, or not the one that was asked for. */
class RangesRefused extends Error {
  /** @param whole the whole file, where that is what the server sent instead */
  constructor(readonly whole?: HttpAnswer) {
    super('The server does not give this range.')
  }
}

/** The server has another version of the file than the one that the download began with. */
class FileChanged extends Error {
  constructor(readonly etag: string) {
    super('The file has changed on the server.')
  }
}

/** An attempt that brings at least this share of a chunk has made progress. */
const progressShare = 1 / 16
/** How often a file or a range is asked for when what comes has the wrong size. */
const oddTries = 2

/**
 * Fetches what is missing of one file, chunk by chunk, and stores each as soon as it is there. The stored file is then
 * held against the manifest's size and SHA-256; what is wrong is fetched a second time.
 */
export class FileDownload {
  readonly #chunks: readonly Chunk[]
  readonly #remote: RemoteFile
  /** SHA-256 of chunks that were not the manifest's when they came first, by offset. */
  readonly #refused = new Map<number, string>()
  /** Whether the file is fetched whole: the server gives no ranges of it, or gave wrong ones. */
  #isInOnePiece = false
  #etagChanges = 0
  #wasDamagedOnDisk = false
  /** SHA-256 of all chunks of a file that was wrong when it came first. */
  #firstHashes: string | undefined

  readonly #file: ManifestFile
  readonly #out: PartialFile
  readonly #context: DownloadContext
  readonly #options: FileDownloadOptions

  constructor(file: ManifestFile, out: PartialFile, context: DownloadContext, options: FileDownloadOptions) {
    this.#file = file
    this.#out = out
    this.#context = context
    this.#options = options
    this.#chunks = chunksOfFile(file)
    this.#remote = remoteFile(context.base, file.path)
  }

  /**
   * Fetches and verifies the file. What is stored and right stays stored, whatever is thrown.
   *
   * @throws BundleError `missing-file`, `wrong-size`, `wrong-hash`, `changed-in-transit`, `changed-on-disk`, `network`,
   *   `no-such-model`, `gated`, `no-such-revision`, `not-allowed`, `access-lapsed`, `too-many-requests` or `store-…`, or
   *   the reason of an abort
   */
  async run(): Promise<void> {
    await this.#dropForeignChunks()
    do await this.#fetchMissing()
    while (!(await this.#isRight()))
    await this.#out.finish()
  }

  /** Forgets stored chunks of other offsets or lengths: another version of this app cut the file differently. */
  async #dropForeignChunks(): Promise<void> {
    const own = new Map(this.#chunks.map(({ at, bytes }) => [at, bytes]))
    for (const [at, { bytes }] of this.#out.chunks) if (own.get(at) !== bytes) await this.#drop(at)
  }

  async #fetchMissing(): Promise<void> {
    let whole: HttpAnswer | undefined
    for (;;) {
      const missing = this.#chunks.filter(({ at }) => !this.#out.chunks.has(at))
      if (missing.length === 0) return
      try {
        if (this.#isInOnePiece) await this.#context.semaphore.use(this.#options.signal, () => this.#fetchWhole(whole))
        else await this.#fetchChunks(missing)
      } catch (error) {
        if (error instanceof RangesRefused && !this.#isInOnePiece) {
          this.#isInOnePiece = true
          whole = error.whole
          continue
        }
        if (!(error instanceof FileChanged)) throw error
        await this.#startAgain(error.etag)
      }
      whole = undefined
    }
  }

  async #fetchChunks(missing: readonly Chunk[]): Promise<void> {
    const { semaphore } = this.#context
    let rest = missing
    if (!this.#context.knowsRanges) {
      const [first] = missing
      rest = missing.slice(1)
      await semaphore.use(this.#options.signal, () => this.#fetchChunk(first, this.#options.signal))
    }
    const failed = new AbortController()
    const signal = AbortSignal.any([this.#options.signal, failed.signal])
    const fetchOne = async (chunk: Chunk) => {
      try {
        await semaphore.use(signal, () => this.#fetchChunk(chunk, signal))
      } catch (error) {
        // The first error is the cause: the others are aborts that follow from it.
        if (error instanceof RangesRefused) error.whole?.cancel()
        failed.abort(error instanceof RangesRefused ? new RangesRefused() : error)
      }
    }
    await Promise.all(rest.map(fetchOne))
    failed.signal.throwIfAborted()
  }

  async #fetchChunk(chunk: Chunk, signal: AbortSignal): Promise<void> {
    await this.#context.buffers.use(chunk.bytes, (bytes) => this.#fillChunk(chunk, bytes, signal))
  }

  async #fillChunk(chunk: Chunk, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> {
    const buffer = new RangeBuffer(chunk.at, bytes)
    let before = 0
    const hasProgressed = () => buffer.filledBytes - before >= chunk.bytes * progressShare
    const attempt = async () => {
      // Some servers give less than they are asked for, and the rest when they are asked again.
      do {
        before = buffer.filledBytes
        // It is full already where the last attempt broke after the last byte and before the end of the body.
        if (!buffer.isFull) await this.#askFor(buffer, signal)
      } while (!buffer.isFull && hasProgressed())
      if (!buffer.isFull) throw this.#oddAnswer('with less than was asked for')
    }
    try {
      await this.#context.client.withRetries(attempt, { signal, hasProgressed })
      signal.throwIfAborted()
    } catch (error) {
      this.#lose(buffer.filledBytes)
      // A server that gives wrong ranges may still give the whole file right.
      throw error instanceof BundleError && error.code === 'wrong-range' ? new RangesRefused() : error
    }
    await this.#take(chunk, bytes)
  }

  /** One request for what the buffer lacks. Throws RangesRefused where the whole file comes instead. */
  async #askFor(buffer: RangeBuffer, signal: AbortSignal): Promise<void> {
    const range = buffer.missing
    const answer = await this.#get({ range, signal })
    const { status } = answer.response
    if (status === 416) {
      answer.cancel()
      throw new RangesRefused()
    }
    if (status !== 206) throw new RangesRefused(answer)
    try {
      await this.#checkEtag(answer)
      if (!isPartOf(range, answer)) throw this.#oddAnswer('with another part of it')
      this.#context.knowsRanges = true
      const fits = await buffer.fill(answer.body(), this.#options.onBytes)
      if (!fits) throw this.#oddAnswer('with more than was asked for')
    } catch (error) {
      answer.cancel()
      throw error
    }
  }

  /** @param first the answer of a server that sent the whole file when it was asked for a range */
  async #fetchWhole(first: HttpAnswer | undefined): Promise<void> {
    const out = this.#out
    const { signal } = this.#options
    let given = first
    let stored = 0
    const attempt = async () => {
      stored = out.chunks.size
      const answer = given ?? (await this.#get({ signal }))
      given = undefined
      try {
        await this.#checkEtag(answer)
        await this.#takeAll(answer)
      } catch (error) {
        answer.cancel()
        throw error
      }
    }
    await this.#context.client.withRetries(attempt, { signal, hasProgressed: () => out.chunks.size > stored })
  }

  async #get(options: { readonly range?: ByteRange; readonly signal: AbortSignal }): Promise<HttpAnswer> {
    const answer = await this.#context.client.get(this.#remote, options)
    if (!isAbsent(answer.response)) return answer
    answer.cancel()
    const { path } = this.#file
    throw missingFile(path, `The server does not have ${path}, which the manifest lists.`)
  }

  /** Stores what is missing out of a whole file that comes from its beginning. */
  async #takeAll(answer: HttpAnswer): Promise<void> {
    const chunks = this.#chunks
    const { onBytes, signal } = this.#options
    const sink: ChunkSink = {
      isMissing: ({ at }) => !this.#out.chunks.has(at),
      onBytes,
      take: async (chunk, bytes) => {
        await this.#take(chunk, bytes)
        signal.throwIfAborted()
      },
    }
    const found = await this.#context.buffers.use(chunks[0].bytes, (buffer) => {
      return takeChunks(answer.body(), chunks, buffer, sink)
    })
    if (found === undefined) return
    const { path, bytes } = this.#file
    throw new RetryableError(() => wrongSize(path, bytes, String(found)), { tries: oddTries })
  }

  /** Stores a chunk, unless its hash is not the manifest's: then it stays missing, and is fetched a second time. */
  async #take(chunk: Chunk, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { path } = this.#file
    const hash = await sha256(bytes)
    if (chunk.sha256 === undefined || chunk.sha256 === hash) {
      await this.#out.write(chunk.at, bytes, hash)
      return
    }
    this.#lose(bytes.length)
    const earlier = this.#refused.get(chunk.at)
    this.#refused.set(chunk.at, hash)
    if (earlier !== undefined) throw earlier === hash ? wrongServerFile(path) : changedInTransit(path)
  }

  /** Whether the stored file is the manifest's. Chunks that are not right are forgotten; the second time it throws. */
  async #isRight(): Promise<boolean> {
    const file = this.#file
    const chunks = this.#chunks
    const { signal } = this.#options
    const most = chunks[0]?.bytes ?? 0
    const state = await this.#context.buffers.use(most, (buffer) =>
      checkStored(file, chunks, this.#out, buffer, signal),
    )
    if (state.type === 'right') return true
    const { path } = file
    if (state.type === 'damaged') {
      for (const at of state.chunks) await this.#drop(at)
      if (this.#wasDamagedOnDisk) throw changedOnDisk(path)
      this.#wasDamagedOnDisk = true
      return false
    }
    for (const { at } of chunks) await this.#drop(at)
    if (ownChunks(file) || chunks.length === 0) throw contradictoryManifest(path)
    const earlier = this.#firstHashes
    this.#firstHashes = state.hashes
    this.#isInOnePiece = true
    if (earlier === undefined) return false
    throw earlier === state.hashes ? wrongServerFile(path) : changedInTransit(path)
  }

  /** Throws FileChanged when the answer is of another version than what is stored. */
  async #checkEtag({ response }: HttpAnswer): Promise<void> {
    const etag = etagOf(response)
    // Chunks with hashes of their own need no other proof. Some hosts have a tag for each of their machines, so that
    // after two changes the tag is not believed any more, and the file's hash decides.
    if (!etag || ownChunks(this.#file) || this.#etagChanges > 1) return
    if (this.#out.etag === undefined) await this.#out.noteEtag(etag)
    else if (this.#out.etag !== etag) throw new FileChanged(etag)
  }

  async #startAgain(etag: string): Promise<void> {
    this.#etagChanges++
    for (const { at } of this.#chunks) await this.#drop(at)
    await this.#out.noteEtag(etag)
  }

  async #drop(at: number): Promise<void> {
    const chunk = this.#out.chunks.get(at)
    if (!chunk) return
    await this.#out.forget(at)
    this.#lose(chunk.bytes)
  }

  #lose(bytes: number): void {
    if (bytes > 0) this.#options.onBytes(-bytes)
  }

  #oddAnswer(how: string): RetryableError {
    const { path } = this.#file
    const message = `The server answered the request for a part of ${path} ${how}.`
    const toError = () => new BundleError({ code: 'wrong-range', message, action: 'Load it again.', subject: path })
    return new RetryableError(toError, { tries: oddTries })
  }
}

/**
 * Whether a 206 response is the range that was asked for, or its beginning: a server may give fewer bytes. True where the
 * response does not show its range: the file's hash will tell.
 */
function isPartOf(range: ByteRange, { response }: HttpAnswer): boolean {
  const given = contentRangeOf(response)
  if (given === 'hidden') return true
  return given !== 'malformed' && given.from === range.from && given.to >= given.from && given.to <= range.to
}
