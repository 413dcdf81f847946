import { storeError, unreadableFile } from './bundle-errors.ts'
import {
  type BeginOptions,
  BundleBlobs,
  type BundleDraft,
  type BundleEntry,
  type BundleStore,
  type BundleWriter,
  checkFinished,
  noteOf,
  type PartialFile,
  type StoredBundle,
  type StoredPart,
  type StoreUsage,
} from './bundle-store.ts'
import type { StoredChunk } from './journal.ts'

/**
 * Keeps the latest whole bundle and one unfinished one in memory, for as long as the page or worker lives: more would
 * not fit many devices. Blobs that were read from an earlier bundle stay readable.
 */
export class MemoryStore implements BundleStore {
  readonly kind = 'memory'
  #bundle: StoredBundle | undefined
  #unfinished: MemoryWriter | undefined
  #usedAt: string | undefined

  async find(key: string): Promise<StoredBundle | undefined> {
    return this.#bundle?.note.key === key ? this.#bundle : undefined
  }

  async begin(draft: BundleDraft, { parts = [] }: BeginOptions = {}): Promise<BundleWriter> {
    const before = this.#unfinished
    const files = before?.draft.manifest.key === draft.manifest.key ? before.files : new Map<string, MemoryFile>()
    for (const part of parts) fileOf(files, part.path).put(part)
    const writer = new MemoryWriter(draft, files, (bundle) => {
      this.#bundle = bundle
      this.#unfinished = undefined
    })
    this.#unfinished = writer
    return writer
  }

  async list(): Promise<BundleEntry[]> {
    const bundle = this.#bundle
    const unfinished = this.#unfinished
    const usedAt = this.#usedAt
    const entries: BundleEntry[] = []
    if (bundle) {
      const { note } = bundle
      entries.push({ ...note, state: 'whole', storedBytes: note.bytes, ...(usedAt ? { usedAt } : {}) })
    }
    const storedBytes = unfinished?.storedBytes() ?? 0
    if (unfinished && storedBytes > 0) entries.push({ ...noteOf(unfinished.draft), state: 'partial', storedBytes })
    return entries
  }

  async remove(key: string): Promise<void> {
    if (this.#bundle?.note.key === key) this.#bundle = undefined
    if (this.#unfinished?.draft.manifest.key === key) this.#unfinished = undefined
  }

  async usage(): Promise<StoreUsage> {
    return { usedBytes: (this.#bundle?.note.bytes ?? 0) + (this.#unfinished?.storedBytes() ?? 0) }
  }

  async noteUse(key: string): Promise<void> {
    if (this.#bundle?.note.key === key) this.#usedAt = new Date().toISOString()
  }
}

class MemoryWriter implements BundleWriter {
  readonly #keep: (bundle: StoredBundle) => void

  constructor(
    readonly draft: BundleDraft,
    readonly files: Map<string, MemoryFile>,
    keep: (bundle: StoredBundle) => void,
  ) {
    this.#keep = keep
  }

  get finished(): ReadonlyMap<string, Blob> {
    const finished = new Map<string, Blob>()
    for (const [path, { whole }] of this.files) if (whole) finished.set(path, whole)
    return finished
  }

  storedBytes(): number {
    let sum = 0
    for (const { chunks } of this.files.values()) for (const { bytes } of chunks.values()) sum += bytes
    return sum
  }

  async open(path: string): Promise<PartialFile> {
    return fileOf(this.files, path)
  }

  async complete(): Promise<StoredBundle> {
    const { manifest } = this.draft
    const { finished } = this
    checkFinished(manifest.parsed, finished)
    const bundle = { note: noteOf(this.draft), manifest, files: new BundleBlobs(manifest, finished) }
    this.#keep(bundle)
    return bundle
  }

  async suspend(): Promise<void> {
    // The store keeps this writer's files until another bundle is begun.
  }

  async salvage(): Promise<StoredPart[]> {
    return [...this.files].flatMap(([path, { chunks }]) =>
      Array.from(chunks, ([at, chunk]) => ({ path, at, ...chunk })),
    )
  }
}

interface MemoryChunk extends StoredChunk {
  /** Blobs may be moved out of the heap by the browser, piece by piece. */
  readonly blob: Blob
}

class MemoryFile implements PartialFile {
  readonly chunks = new Map<number, MemoryChunk>()
  etag: string | undefined
  whole: Blob | undefined

  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  put({ at, sha256, blob }: StoredPart): void {
    this.chunks.set(at, { bytes: blob.size, sha256, blob })
  }

  async write(at: number, bytes: Uint8Array<ArrayBuffer>, sha256: string): Promise<void> {
    try {
      this.chunks.set(at, { bytes: bytes.length, sha256, blob: new Blob([bytes]) })
    } catch (cause) {
      throw storeError('full', cause)
    }
  }

  async read(at: number, into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const stored = new Uint8Array((await this.chunks.get(at)?.blob.arrayBuffer()) ?? new ArrayBuffer(0))
      const part = stored.subarray(0, into.length)
      into.set(part)
      return into.subarray(0, part.length)
    } catch (cause) {
      throw unreadableFile(this.#path, cause)
    }
  }

  async noteEtag(etag: string): Promise<void> {
    this.etag = etag
  }

  async forget(at?: number): Promise<void> {
    this.whole = undefined
    if (at === undefined) this.chunks.clear()
    else this.chunks.delete(at)
  }

  async finish(): Promise<void> {
    const inOrder = [...this.chunks].sort(([a], [b]) => a - b)
    this.whole = new Blob(inOrder.map(([, { blob }]) => blob))
  }

  async close(): Promise<void> {
    // Nothing is held open.
  }
}

function fileOf(files: Map<string, MemoryFile>, path: string): MemoryFile {
  const file = files.get(path) ?? new MemoryFile(path)
  files.set(path, file)
  return file
}
