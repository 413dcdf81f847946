import type { ManifestFile } from '../../manifest/manifest.ts'
import { FileHashes, type FileState, type Hash, HashedFile } from './hashed-file.ts'
import { jsonText } from './json-text.ts'
import { type BundleSink, type FileSink, isResumable } from './sink.ts'

/** The files of a bundle: hashed as they are written, and listed when they are closed. */
export class OutputFiles {
  /** Files that are complete, in the order in which they were closed. */
  readonly entries: ManifestFile[] = []
  /** Files that an earlier build left incomplete, by path. */
  private readonly incomplete = new Map<string, HashedFile>()
  /** Files that have been written to since `takeGrown` was last called. */
  private readonly grown = new Set<HashedFile>()
  private readonly createHash: (() => Hash) | undefined

  /** @param createHash SHA-256 of the platform; default: one in WebAssembly */
  constructor(
    private readonly sink: BundleSink,
    createHash?: () => Hash,
  ) {
    // The journal needs the hash of a file's beginning, which the platform's hashes may not give.
    this.createHash = isResumable(sink) ? undefined : createHash
  }

  /** Takes over the files of an earlier build. `create` then appends to the incomplete ones. */
  adopt(complete: readonly ManifestFile[], incomplete: ReadonlyMap<string, HashedFile>): void {
    this.entries.push(...complete)
    for (const [path, file] of incomplete) this.incomplete.set(path, file)
  }

  async create(path: string): Promise<FileSink> {
    const file = this.incomplete.get(path) ?? (await this.createNew(path))
    return {
      write: async (chunk) => {
        this.grown.add(file)
        await file.write(chunk)
      },
      close: async () => {
        await file.close()
        this.entries.push(file.entry())
      },
    }
  }

  async writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.create(path)
    await file.write(bytes)
    await file.close()
  }

  writeText(path: string, text: string): Promise<void> {
    return this.writeWhole(path, new TextEncoder().encode(text))
  }

  writeJson(path: string, value: unknown): Promise<void> {
    return this.writeText(path, jsonText(value))
  }

  /** Length and hash of each file that has grown since the last call, in the order in which they first grew. */
  takeGrown(): FileState[] {
    const states = Array.from(this.grown, (file) => file.state())
    this.grown.clear()
    return states
  }

  private async createNew(path: string): Promise<HashedFile> {
    const file = await this.sink.create(path)
    return new HashedFile(path, file, await FileHashes.create(this.createHash))
  }
}
