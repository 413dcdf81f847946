import { unreadableFile } from './bundle-errors.ts'
import { manifestPath } from './bundle-manifest.ts'
import {
  BundleBlobs,
  type BundleDraft,
  type BundleWriter,
  checkFinished,
  noteOf,
  type PartialFile,
  type StoredBundle,
  type StoredPart,
} from './bundle-store.ts'
import { type FileRecord, Journal } from './journal.ts'
import { guarded, openRandomFile, type RandomFile, writeOpfsFile } from './opfs-file.ts'
import { createFile, openFile, orMissing } from './opfs-folder.ts'

export const filesName = 'files'
export const journalName = 'journal'
export const markerName = 'complete.json'

/**
 * Files are flushed after this many bytes. A flush waits for the disk, which after each small chunk would take most of a
 * download's time. Bytes that a power failure loses before a flush are noticed by the hashes.
 */
const flushBytes = 8 * 2 ** 20

/** Stores a bundle in its folder, whose lock it holds. A chunk is written into its file first, then into the journal. */
export class OpfsWriter implements BundleWriter {
  readonly finished = new Map<string, Blob>()
  readonly #unclosed = new Set<OpfsPartialFile>()

  readonly #draft: BundleDraft
  readonly #folder: FileSystemDirectoryHandle
  readonly #files: FileSystemDirectoryHandle
  readonly #journal: Journal
  readonly #release: () => void

  private constructor(
    draft: BundleDraft,
    folder: FileSystemDirectoryHandle,
    files: FileSystemDirectoryHandle,
    journal: Journal,
    release: () => void,
  ) {
    this.#draft = draft
    this.#folder = folder
    this.#files = files
    this.#journal = journal
    this.#release = release
  }

  /**
   * Goes on with what the folder holds of the bundle.
   *
   * @param release lets go of the bundle's lock
   * @param stored the whole bundle, where it is stored already
   * @throws BundleError `store-…`
   */
  static async open(
    draft: BundleDraft,
    folder: FileSystemDirectoryHandle,
    release: () => void,
    stored: StoredBundle | undefined,
  ): Promise<OpfsWriter> {
    const files = await guarded(() => folder.getDirectoryHandle(filesName, { create: true }))
    const handle = await guarded(() => folder.getFileHandle(journalName, { create: true }))
    const journal = await openJournal(handle)
    const writer = new OpfsWriter(draft, folder, files, journal, release)
    try {
      await writer.#prepare(stored)
      return writer
    } catch (error) {
      journal.close()
      throw error
    }
  }

  storedBytes(): number {
    let sum = 0
    for (const { path, bytes } of this.#draft.manifest.parsed.files) {
      if (this.finished.has(path)) sum += bytes
      else for (const chunk of this.#journal.files.get(path)?.chunks.values() ?? []) sum += chunk.bytes
    }
    return sum
  }

  async open(path: string): Promise<PartialFile> {
    const handle = await guarded(() => createFile(this.#files, path))
    const data = await openRandomFile(handle)
    const file: OpfsPartialFile = new OpfsPartialFile(path, data, this.#journal, {
      onFinish: async () => void this.finished.set(path, await guarded(() => handle.getFile())),
      onClose: () => void this.#unclosed.delete(file),
    })
    this.#unclosed.add(file)
    file.dropTorn()
    return file
  }

  async complete(): Promise<StoredBundle> {
    const { manifest } = this.#draft
    checkFinished(manifest.parsed, this.finished)
    const note = noteOf(this.#draft)
    await writeSmallFile(this.#folder, markerName, JSON.stringify(note))
    await this.suspend()
    // A whole bundle needs no journal.
    await orMissing(() => this.#folder.removeEntry(journalName)).catch(() => undefined)
    return { note, manifest, files: new BundleBlobs(manifest, this.finished) }
  }

  async suspend(): Promise<void> {
    for (const file of this.#unclosed) await file.close()
    this.#journal.close()
    this.#release()
  }

  async salvage(): Promise<StoredPart[]> {
    const records = [...this.#journal.files]
    await this.suspend()
    const parts: StoredPart[] = []
    for (const [path, { chunks }] of records) {
      const file = await openFile(this.#files, path).catch(() => undefined)
      if (!file) continue
      for (const [at, { bytes, sha256 }] of chunks) {
        if (at + bytes <= file.size) parts.push({ path, at, sha256, blob: file.slice(at, at + bytes) })
      }
    }
    return parts
  }

  async #prepare(stored: StoredBundle | undefined): Promise<void> {
    const { manifest, name, url } = this.#draft
    if (!this.#journal.begun) {
      const at = new Date().toISOString()
      this.#journal.append({ type: 'begun', name, url, bytes: manifest.totalBytes, at })
    }
    for (const { path, bytes } of manifest.parsed.files) {
      const file = stored ? await stored.files.read(path) : await this.#wholeFile(path)
      if (file?.size === bytes) this.finished.set(path, file)
    }
    if (stored) return
    // While files are written, they have the right size before they have the right bytes, so an old marker would make
    // them count as whole.
    await guarded(() => orMissing(() => this.#folder.removeEntry(markerName)))
    const known = await guarded(() => openFile(this.#folder, manifestPath))
    if ((await known?.text()) !== manifest.text) await writeSmallFile(this.#folder, manifestPath, manifest.bytes)
  }

  async #wholeFile(path: string): Promise<Blob | undefined> {
    return this.#journal.files.get(path)?.isWhole ? guarded(() => openFile(this.#files, path)) : undefined
  }
}

async function openJournal(handle: FileSystemFileHandle): Promise<Journal> {
  const file = await openRandomFile(handle)
  try {
    return await Journal.open(file)
  } catch (error) {
    file.close()
    throw error
  }
}

class OpfsPartialFile implements PartialFile {
  readonly #record: FileRecord
  #isOpen = true
  #unflushedBytes = 0

  readonly #path: string
  readonly #data: RandomFile
  readonly #journal: Journal
  readonly #told: { readonly onFinish: () => Promise<void>; readonly onClose: () => void }

  constructor(
    path: string,
    data: RandomFile,
    journal: Journal,
    told: { readonly onFinish: () => Promise<void>; readonly onClose: () => void },
  ) {
    this.#path = path
    this.#data = data
    this.#journal = journal
    this.#told = told
    this.#record = journal.record(path)
  }

  get chunks() {
    return this.#record.chunks
  }

  get etag() {
    return this.#record.etag
  }

  /** Forgets chunks that the journal names and that lie beyond the file's end: a crash has lost them. */
  dropTorn(): void {
    const path = this.#path
    const size = this.#data.size()
    for (const [at, { bytes }] of this.chunks)
      if (at + bytes > size) this.#journal.append({ type: 'forgotten', path, at })
  }

  async write(at: number, bytes: Uint8Array<ArrayBuffer>, sha256: string): Promise<void> {
    this.#data.write(at, bytes)
    this.#journal.append({ type: 'chunk', path: this.#path, at, bytes: bytes.length, sha256 })
    this.#unflushedBytes += bytes.length
    if (this.#unflushedBytes >= flushBytes) this.#flush()
  }

  async read(at: number, into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return this.#data.read(at, into)
    } catch (cause) {
      throw unreadableFile(this.#path, cause)
    }
  }

  async noteEtag(etag: string): Promise<void> {
    this.#journal.append({ type: 'etag', path: this.#path, etag })
  }

  async forget(at?: number): Promise<void> {
    this.#journal.append({ type: 'forgotten', path: this.#path, ...(at === undefined ? {} : { at }) })
  }

  async finish(): Promise<void> {
    let end = 0
    for (const [at, { bytes }] of this.chunks) end = Math.max(end, at + bytes)
    this.#data.truncate(end)
    this.#journal.append({ type: 'whole', path: this.#path })
    this.#flush()
    await this.close()
    await this.#told.onFinish()
  }

  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#isOpen = false
    // Closing flushes, too.
    this.#data.close()
    this.#told.onClose()
  }

  #flush(): void {
    this.#data.flush()
    this.#journal.flush()
    this.#unflushedBytes = 0
  }
}

/** Writes a file of the store's own. It appears whole or not at all, where the browser can write files as streams. */
export async function writeSmallFile(
  folder: FileSystemDirectoryHandle,
  name: string,
  content: string | Uint8Array<ArrayBuffer>,
): Promise<void> {
  const handle = await guarded(() => folder.getFileHandle(name, { create: true }))
  const out = await writeOpfsFile(handle, () => undefined)
  try {
    await out.write(typeof content === 'string' ? new TextEncoder().encode(content) : content)
    await out.close()
  } catch (error) {
    await out.abort()
    throw error
  }
}
