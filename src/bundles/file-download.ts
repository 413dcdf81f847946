import { sha256 } from 'hash-wasm'
import { BundleError } from '../base/errors.ts'
import type { ManifestFile } from '../manifest/manifest.ts'
import { type Answer, ask, type HttpOptions, isRange, RangesRefused } from '../net/http-request.ts'
import { defaultPatience, PassingFailure, persevere } from '../net/patience.ts'
import { type QuietTime, sleepMs } from '../net/quiet-time.ts'
import type { Buffers, Slots } from '../net/slots.ts'
import { changedInTransit, changedOnDisk, contradictoryManifest, wrongServerFile, wrongSize } from './bundle-errors.ts'
import type { PartialFile } from './bundle-store.ts'
import { FileCheck } from './file-check.ts'
import { type Chunk, chunksOfFile, ownChunks } from './file-chunks.ts'

export interface FileDownloadOptions extends HttpOptions {
  readonly signal: AbortSignal
  /** Bytes that came, or with a minus those that were lost again. */
  readonly onBytes: (bytes: number) => void
}

/** What the downloads of one bundle share. */
export interface Host {
  readonly base: string
  /** Requests at a time. */
  readonly slots: Slots
  /** For chunks: garbage of this size would pile up. */
  readonly buffers: Buffers
  /** While the server asks to be left alone, none of them is asked for. */
  readonly quiet: QuietTime
  /** Whether a range was ever given: then files need not be tried one chunk at a time first. */
  knowsRanges: boolean
}

/** The server has another version of the file than the one begun with. */
class FileChanged extends Error {
  constructor(readonly etag: string) {
    super('The file has changed on the server.')
  }
}

/** A chunk that comes as fast as this share of it does between two failures is getting on. */
const progressShare = 1 / 16
/** How often a size or a range is asked for again when it was wrong. */
const oddTries = 2

/**
 * Fetches what is missing of one file, chunk by chunk, each stored as soon as it is there; holds the whole against the
 * manifest's hash, and what is wrong is fetched again, once.
 */
export class FileDownload {
  private readonly chunks: readonly Chunk[]
  /** Of chunks that were wrong when they came first, by offset. */
  private readonly refused = new Map<number, string>()
  /** Some of it has come. */
  private isGiven = false
  /** The server gives no ranges of this file, or ranges are not trusted any more. */
  private isInOnePiece = false
  private etagChanges = 0
  private wasDamagedOnDisk = false
  /** Hashes of all chunks of a file that was wrong when it came first. */
  private firstHashes: string | undefined

  constructor(
    private readonly file: ManifestFile,
    private readonly out: PartialFile,
    private readonly host: Host,
    private readonly options: FileDownloadOptions,
  ) {
    this.chunks = chunksOfFile(file)
  }

  /**
   * Throws BundleError `missing-file`, `wrong-size`, `wrong-hash`, `changed-in-transit`, `changed-on-disk`, `network`,
   * `no-such-model`, `gated`, `no-such-revision`, `not-allowed`, `access-lapsed`, `too-many-requests`, `store-…`, or the reason of an abort. What is stored and right stays stored.
   */
  async run(): Promise<void> {
    await this.dropStrangers()
    do await this.fetchMissing()
    while (!(await this.isRight()))
    await this.out.finish()
  }

  /** Chunks of another grid, which another version of this app has stored. */
  private async dropStrangers(): Promise<void> {
    const own = new Map(this.chunks.map(({ at, bytes }) => [at, bytes]))
    for (const [at, { bytes }] of this.out.chunks) if (own.get(at) !== bytes) await this.drop(at)
  }

  private async fetchMissing(): Promise<void> {
    let whole: Answer | undefined
    for (;;) {
      const missing = this.chunks.filter(({ at }) => !this.out.chunks.has(at))
      if (missing.length === 0) return
      try {
        if (this.isInOnePiece) await this.host.slots.use(this.options.signal, () => this.fetchWhole(whole))
        else await this.fetchChunks(missing)
      } catch (error) {
        if (error instanceof RangesRefused && !this.isInOnePiece) {
          this.isInOnePiece = true
          whole = error.whole
          continue
        }
        if (!(error instanceof FileChanged)) throw error
        await this.startAgain(error.etag)
      }
      whole = undefined
    }
  }

  private async fetchChunks(missing: readonly Chunk[]): Promise<void> {
    const { slots } = this.host
    let rest = missing
    if (!this.host.knowsRanges) {
      const [first] = missing
      rest = missing.slice(1)
      await slots.use(this.options.signal, () => this.fetchChunk(first, this.options.signal))
    }
    const failed = new AbortController()
    const signal = AbortSignal.any([this.options.signal, failed.signal])
    const fetchOne = async (chunk: Chunk) => {
      try {
        await slots.use(signal, () => this.fetchChunk(chunk, signal))
      } catch (error) {
        // The first error is the cause; the others are its echo.
        if (error instanceof RangesRefused) error.whole?.cancel()
        failed.abort(error instanceof RangesRefused ? new RangesRefused() : error)
      }
    }
    await Promise.all(rest.map(fetchOne))
    failed.signal.throwIfAborted()
  }

  private async fetchChunk(chunk: Chunk, signal: AbortSignal): Promise<void> {
    await this.host.buffers.use(chunk.bytes, (bytes) => this.fillChunk(chunk, bytes, signal))
  }

  private async fillChunk(chunk: Chunk, bytes: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void> {
    let filled = 0
    let before = 0
    const fill = async () => {
      const range = { from: chunk.at + filled, to: chunk.at + chunk.bytes - 1 }
      const answer = await ask(this.host.base, this.question(range), { ...this.options, signal })
      if (answer.response.status !== 206) throw new RangesRefused(answer)
      try {
        await this.checkEtag(answer)
        if (!isRange(answer.response, range)) throw this.odd('with another part of it')
        this.host.knowsRanges = true
        for await (const piece of answer.body()) {
          if (filled + piece.length > chunk.bytes) {
            this.lose(filled)
            filled = 0
            throw this.odd('with more than was asked for')
          }
          bytes.set(piece, filled)
          filled += piece.length
          this.isGiven = true
          this.options.onBytes(piece.length)
        }
      } catch (error) {
        answer.cancel()
        throw error
      }
    }
    const attempt = async () => {
      // Some servers give less than they are asked for, and the rest when they are asked again.
      do {
        before = filled
        await fill()
      } while (filled < chunk.bytes && hasProgressed())
      if (filled < chunk.bytes) throw this.odd('with less than was asked for')
    }
    const hasProgressed = () => filled - before >= chunk.bytes * progressShare
    try {
      await this.persevere(attempt, hasProgressed, signal)
      signal.throwIfAborted()
    } catch (error) {
      this.lose(filled)
      // Ranges that are not what was asked for: perhaps the whole file is.
      throw error instanceof BundleError && error.code === 'wrong-range' ? new RangesRefused() : error
    }
    await this.take(chunk, bytes)
  }

  /** @param first the answer of a server that gives the whole file whatever it is asked for */
  private async fetchWhole(first: Answer | undefined): Promise<void> {
    const { out, options } = this
    let given = first
    let stored = 0
    const attempt = async () => {
      stored = out.chunks.size
      const answer = given ?? (await ask(this.host.base, this.question(), options))
      given = undefined
      try {
        await this.checkEtag(answer)
        await this.takeAll(answer)
      } catch (error) {
        answer.cancel()
        throw error
      }
    }
    await this.persevere(attempt, () => out.chunks.size > stored, options.signal)
  }

  /** Stores what is missing out of a whole file that comes from its beginning. What comes after its end is not read. */
  private async takeAll(answer: Answer): Promise<void> {
    const [{ bytes: most }] = this.chunks
    await this.host.buffers.use(most, (buffer) => this.takeWith(buffer, answer))
  }

  private async takeWith(buffer: Uint8Array<ArrayBuffer>, answer: Answer): Promise<void> {
    let index = 0
    let filled = 0
    let counted = 0
    try {
      for await (const piece of answer.body()) {
        this.isGiven = true
        for (let from = 0; from < piece.length && index < this.chunks.length; ) {
          const chunk = this.chunks[index]
          const part = piece.subarray(from, from + chunk.bytes - filled)
          buffer.set(part, filled)
          filled += part.length
          from += part.length
          const isMissing = !this.out.chunks.has(chunk.at)
          if (isMissing) {
            counted += part.length
            this.options.onBytes(part.length)
          }
          if (filled < chunk.bytes) continue
          counted = 0
          if (isMissing) await this.take(chunk, buffer.subarray(0, filled))
          this.options.signal.throwIfAborted()
          index++
          filled = 0
        }
        if (index === this.chunks.length) return
      }
    } finally {
      this.lose(counted)
    }
    const { path, bytes } = this.file
    const found = (this.chunks[index]?.at ?? bytes) + filled
    throw new PassingFailure(wrongSize(path, bytes, String(found)), { tries: oddTries })
  }

  /** Stores a chunk, unless it is not the manifest's: then it is missing still, and may come once more. */
  private async take(chunk: Chunk, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const { path } = this.file
    const hash = await sha256(bytes)
    if (chunk.sha256 === undefined || chunk.sha256 === hash) {
      await this.out.write(chunk.at, bytes, hash)
      return
    }
    this.lose(bytes.length)
    const earlier = this.refused.get(chunk.at)
    this.refused.set(chunk.at, hash)
    if (earlier !== undefined) throw earlier === hash ? wrongServerFile(path) : changedInTransit(path)
  }

  /** Whether the stored file is the manifest's; what is not right is forgotten. Throws when that helps no more. */
  private async isRight(): Promise<boolean> {
    const most = this.chunks[0]?.bytes ?? 0
    return this.host.buffers.use(most, (buffer) => this.isRightIn(buffer))
  }

  private async isRightIn(buffer: Uint8Array<ArrayBuffer>): Promise<boolean> {
    const { file, out } = this
    const { path } = file
    try {
      const check = await FileCheck.of(file)
      for (const { at, bytes } of this.chunks) {
        check.pass(await out.read(at, buffer.subarray(0, bytes)))
        this.options.signal.throwIfAborted()
      }
      check.end()
      return true
    } catch (error) {
      if (!(error instanceof BundleError && /^(wrong-hash|wrong-size|unreadable-file)$/.test(error.code))) throw error
    }
    const hashes = this.chunks.map(({ at }) => out.chunks.get(at)?.sha256)
    let isDamaged = false
    for (const [index, { at, bytes }] of this.chunks.entries()) {
      const data = await out.read(at, buffer.subarray(0, bytes)).catch(() => undefined)
      if (data && (await sha256(data)) === hashes[index]) continue
      isDamaged = true
      await this.drop(at)
    }
    if (isDamaged) {
      if (this.wasDamagedOnDisk) throw changedOnDisk(path)
      this.wasDamagedOnDisk = true
      return false
    }
    // What is stored is what came.
    for (const { at } of this.chunks) await this.drop(at)
    if (ownChunks(file) || this.chunks.length === 0) throw contradictoryManifest(path)
    const all = hashes.join()
    const earlier = this.firstHashes
    this.firstHashes = all
    this.isInOnePiece = true
    if (earlier === undefined) return false
    throw earlier === all ? wrongServerFile(path) : changedInTransit(path)
  }

  private async checkEtag({ response }: Answer): Promise<void> {
    // A weak one may be of another encoding of the same bytes.
    const etag = response.headers.get('etag')?.replace(/^W\//, '')
    // Chunks with hashes of their own need no other proof; and some hosts give each of their machines its own.
    if (!etag || ownChunks(this.file) || this.etagChanges > 1) return
    if (this.out.etag === undefined) await this.out.noteEtag(etag)
    else if (this.out.etag !== etag) throw new FileChanged(etag)
  }

  private async startAgain(etag: string): Promise<void> {
    this.etagChanges++
    for (const { at } of this.chunks) await this.drop(at)
    await this.out.noteEtag(etag)
  }

  private async drop(at: number): Promise<void> {
    const chunk = this.out.chunks.get(at)
    if (!chunk) return
    await this.out.forget(at)
    this.lose(chunk.bytes)
  }

  private lose(bytes: number): void {
    if (bytes > 0) this.options.onBytes(-bytes)
  }

  private question(range?: { readonly from: number; readonly to: number }) {
    // A second copy in the browser's cache would double what is stored, and give back the same wrong bytes.
    const { isGiven } = this
    return { path: this.file.path, cache: 'no-store', isGiven, ...(range ? { range } : {}) } as const
  }

  private odd(how: string): PassingFailure {
    const { path } = this.file
    const message = `The server answered the request for a part of ${path} ${how}.`
    const error = new BundleError({ code: 'wrong-range', message, action: 'Load it again.', subject: path })
    return new PassingFailure(error, { tries: oddTries })
  }

  private persevere(attempt: () => Promise<void>, hasProgressed: () => boolean, signal: AbortSignal): Promise<void> {
    const patience = { ...defaultPatience, ...this.options.patience }
    const { quiet } = this.host
    return persevere(attempt, { patience, sleep: this.options.sleep ?? sleepMs, quiet, signal, hasProgressed })
  }
}
