import type { OpfsHost } from '../opfs-store.ts'

/** Thrown when a disk is written to beyond its life, as if the tab had been killed there. */
export class Killed extends Error {}

interface Folder {
  readonly kind: 'directory'
  readonly entries: Map<string, Folder | StoredFile>
}

interface StoredFile {
  readonly kind: 'file'
  bytes: Uint8Array<ArrayBuffer>
  isHeld: boolean
}

/**
 * Stands in for the origin private file system, as a worker sees it: what was written stays when a visit ends, however
 * it ends. Files are written through synchronous handles only.
 */
export class OpfsDisk {
  /** Bytes that this site may store. */
  quota = Number.POSITIVE_INFINITY
  /** Told when it is killed, so that whoever uses it can end, too. */
  onKill: () => void = () => undefined
  private top: Folder = { kind: 'directory', entries: new Map() }
  private lifeBytes = Number.POSITIVE_INFINITY

  /** What a store of one visit needs; locks are those of all visits, where given. */
  host(locks?: LockManager): OpfsHost {
    return {
      directory: async () => new DirectoryHandle(this, this.top) as unknown as FileSystemDirectoryHandle,
      locks,
      estimate: async () => (Number.isFinite(this.quota) ? { quota: this.quota, usage: this.usage() } : {}),
    }
  }

  /** The next visit: nothing is held open any more, and after so many written bytes it is killed. */
  revive(lifeBytes = Number.POSITIVE_INFINITY): void {
    this.lifeBytes = lifeBytes
    for (const file of filesOf(this.top)) file.isHeld = false
  }

  get isKilled(): boolean {
    return this.lifeBytes <= 0
  }

  /** The browser frees space. */
  evict(): void {
    this.top = { kind: 'directory', entries: new Map() }
  }

  usage(): number {
    let sum = 0
    for (const { bytes } of filesOf(this.top)) sum += bytes.length
    return sum
  }

  /** A file's bytes by the end of its path. */
  bytesOf(pathEnd: string): Uint8Array<ArrayBuffer> | undefined {
    for (const [path, file] of pathsOf(this.top)) if (path.endsWith(pathEnd)) return file.bytes
    return undefined
  }

  /** As much of what is about to be written as there is life and room for. */
  admit(file: StoredFile, at: number, bytes: number): number {
    if (this.isKilled) throw new Killed()
    const growth = Math.max(0, at + bytes - file.bytes.length)
    if (this.usage() + growth > this.quota) throw new DOMException('No room.', 'QuotaExceededError')
    const admitted = Math.min(bytes, this.lifeBytes)
    this.lifeBytes -= bytes
    if (this.isKilled) this.onKill()
    return admitted
  }

  alive(): void {
    if (this.isKilled) throw new Killed()
  }
}

class DirectoryHandle {
  readonly kind = 'directory'

  constructor(
    private readonly disk: OpfsDisk,
    private readonly folder: Folder,
  ) {}

  async getDirectoryHandle(name: string, { create = false } = {}): Promise<DirectoryHandle> {
    const entry = this.entry(name, create ? () => ({ kind: 'directory', entries: new Map() }) : undefined)
    if (entry.kind !== 'directory') throw new DOMException('Another kind.', 'TypeMismatchError')
    return new DirectoryHandle(this.disk, entry)
  }

  async getFileHandle(name: string, { create = false } = {}): Promise<FileHandle> {
    const entry = this.entry(
      name,
      create ? () => ({ kind: 'file', bytes: new Uint8Array(), isHeld: false }) : undefined,
    )
    if (entry.kind !== 'file') throw new DOMException('Another kind.', 'TypeMismatchError')
    return new FileHandle(this.disk, entry, name)
  }

  async removeEntry(name: string): Promise<void> {
    this.disk.alive()
    if (!this.folder.entries.delete(name)) throw new DOMException('Nothing there.', 'NotFoundError')
  }

  async *keys(): AsyncGenerator<string> {
    yield* [...this.folder.entries.keys()]
  }

  async *values(): AsyncGenerator<DirectoryHandle | FileHandle> {
    for (const [name, entry] of [...this.folder.entries]) {
      yield entry.kind === 'file' ? new FileHandle(this.disk, entry, name) : new DirectoryHandle(this.disk, entry)
    }
  }

  private entry(name: string, make: (() => Folder | StoredFile) | undefined): Folder | StoredFile {
    const known = this.folder.entries.get(name)
    if (known) return known
    if (!make) throw new DOMException('Nothing there.', 'NotFoundError')
    this.disk.alive()
    const made = make()
    this.folder.entries.set(name, made)
    return made
  }
}

class FileHandle {
  readonly kind = 'file'

  constructor(
    private readonly disk: OpfsDisk,
    private readonly file: StoredFile,
    private readonly name: string,
  ) {}

  async getFile(): Promise<File> {
    return new File([this.file.bytes], this.name)
  }

  async createSyncAccessHandle() {
    const { disk, file } = this
    if (file.isHeld) throw new DOMException('It is held.', 'NoModificationAllowedError')
    file.isHeld = true
    return {
      getSize: () => file.bytes.length,
      read(bytes: Uint8Array, { at }: { readonly at: number }): number {
        const part = file.bytes.subarray(at, at + bytes.length)
        bytes.set(part)
        return part.length
      },
      write(bytes: Uint8Array, { at }: { readonly at: number }): number {
        const admitted = disk.admit(file, at, bytes.length)
        const grown = new Uint8Array(Math.max(file.bytes.length, at + admitted))
        grown.set(file.bytes)
        grown.set(bytes.subarray(0, admitted), at)
        file.bytes = grown
        if (admitted < bytes.length) throw new Killed()
        return admitted
      },
      truncate(size: number): void {
        disk.alive()
        const cut = new Uint8Array(size)
        cut.set(file.bytes.subarray(0, size))
        file.bytes = cut
      },
      flush: () => disk.alive(),
      close: () => {
        file.isHeld = false
      },
    }
  }
}

function* filesOf(folder: Folder): Generator<StoredFile> {
  for (const [, file] of pathsOf(folder)) yield file
}

function* pathsOf(folder: Folder, above = ''): Generator<[string, StoredFile]> {
  for (const [name, entry] of folder.entries) {
    if (entry.kind === 'file') yield [above + name, entry]
    else yield* pathsOf(entry, `${above}${name}/`)
  }
}
