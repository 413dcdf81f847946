import { createSHA256 } from 'hash-wasm'
import { chunkBytes, type ManifestFile } from '../../manifest/manifest.ts'
import type { FileSink } from './sink.ts'

/** How much of a file is written, and the SHA-256 of that much. */
export interface FileState {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

/** An incremental SHA-256. */
export interface Hash {
  update(bytes: Uint8Array): unknown
  /** 64 hexadecimal digits. */
  digest(): string
}

/** A hash that gives the digest of the bytes so far and can then go on. */
export interface RunningHash extends Hash {
  update(bytes: Uint8Array): RunningHash
  init(): unknown
  save(): Uint8Array
  load(state: Uint8Array): unknown
}

export async function newHash(): Promise<RunningHash> {
  return (await createSHA256()).init()
}

/** The SHA-256 of a growing file, and those of its chunks, by which a download tells which part is damaged. */
export class FileHashes {
  private bytes = 0
  private readonly chunks: string[] = []
  private chunk: Hash
  private chunkRoom = chunkBytes

  /** @param startChunk returns a fresh hash; the previous one is not used again */
  private constructor(
    private readonly whole: Hash | RunningHash,
    private readonly startChunk: () => Hash,
  ) {
    this.chunk = startChunk()
  }

  /** @param createHash the platform's SHA-256, for which `state` throws; default: one in WebAssembly */
  static async create(createHash?: () => Hash): Promise<FileHashes> {
    if (createHash) return new FileHashes(createHash(), createHash)
    const [whole, chunk] = await Promise.all([newHash(), newHash()])
    return new FileHashes(whole, () => {
      chunk.init()
      return chunk
    })
  }

  update(bytes: Uint8Array): void {
    this.whole.update(bytes)
    this.bytes += bytes.length
    for (let from = 0; from < bytes.length; ) {
      // A full chunk ends when more bytes follow; the last chunk ends with the file, even if it is full.
      if (this.chunkRoom === 0) this.endChunk()
      const part = bytes.subarray(from, from + this.chunkRoom)
      this.chunk.update(part)
      this.chunkRoom -= part.length
      from += part.length
    }
  }

  /** Length and hash of the bytes so far. Throws Error if the hash is not a `RunningHash`. */
  state(path: string): FileState {
    const { bytes, whole } = this
    if (!('save' in whole)) throw new Error(`${path} is still being written`)
    const saved = whole.save()
    const sha256 = whole.digest()
    whole.init()
    whole.load(saved)
    return { path, bytes, sha256 }
  }

  /** The file's entry for the manifest. No bytes may be added afterward. */
  end(path: string): ManifestFile {
    const { bytes, whole, chunks } = this
    const sha256 = whole.digest()
    if (chunks.length === 0) return { path, bytes, sha256 }
    this.endChunk()
    return { path, bytes, sha256, chunks: { bytes: chunkBytes, sha256: chunks } }
  }

  private endChunk(): void {
    this.chunks.push(this.chunk.digest())
    this.chunk = this.startChunk()
    this.chunkRoom = chunkBytes
  }
}

/** A file that is hashed as it is written. */
export class HashedFile implements FileSink {
  private ended: ManifestFile | undefined

  /** @param hashes of the bytes that `file` already holds */
  constructor(
    private readonly path: string,
    private readonly file: FileSink,
    private readonly hashes: FileHashes,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    this.hashes.update(chunk)
    await this.file.write(chunk)
  }

  async close(): Promise<void> {
    await this.file.close()
    this.ended = this.hashes.end(this.path)
  }

  /** Length and hash of what is written. Throws Error for an open file whose hash is not a `RunningHash`. */
  state(): FileState {
    if (!this.ended) return this.hashes.state(this.path)
    const { path, bytes, sha256 } = this.ended
    return { path, bytes, sha256 }
  }

  /** The closed file's entry for the manifest. Throws Error while it is open. */
  entry(): ManifestFile {
    if (!this.ended) throw new Error(`${this.path} is still being written`)
    return this.ended
  }
}
