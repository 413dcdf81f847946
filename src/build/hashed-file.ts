import { createSHA256 } from 'hash-wasm'
import type { FileState } from './build-notes.ts'
import type { FileSink } from './sink.ts'

/** SHA-256. */
export interface Hash {
  update(bytes: Uint8Array): unknown
  /** 64 hexadecimal digits. */
  digest(): string
}

/** A hash that can be asked on the way. */
export interface RunningHash extends Hash {
  update(bytes: Uint8Array): RunningHash
  init(): unknown
  save(): Uint8Array
  load(state: Uint8Array): unknown
}

export async function newHash(): Promise<RunningHash> {
  return (await createSHA256()).init()
}

/** A file that is hashed as it is written. */
export class HashedFile implements FileSink {
  private ended: FileState | undefined

  /** @param bytes those that are in `file`, and in `hash`, already */
  constructor(
    private readonly path: string,
    private readonly file: FileSink,
    private readonly hash: Hash | RunningHash,
    private bytes = 0,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    this.hash.update(chunk)
    this.bytes += chunk.length
    await this.file.write(chunk)
  }

  async close(): Promise<void> {
    await this.file.close()
    this.ended = { path: this.path, bytes: this.bytes, sha256: this.hash.digest() }
  }

  /** What is written so far; of a file that is still open only where its hash is a running one. */
  state(): FileState {
    if (this.ended) return this.ended
    const { path, bytes, hash } = this
    if (!('save' in hash)) throw new Error(`${path} is still being written`)
    const saved = hash.save()
    const sha256 = hash.digest()
    hash.init()
    hash.load(saved)
    return { path, bytes, sha256 }
  }
}
