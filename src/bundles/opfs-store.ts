import * as v from 'valibot'
import { storeError } from './bundle-errors.ts'
import { takeLock, takeLockSoon } from './bundle-lock.ts'
import { type BundleManifest, manifestPath, readManifest } from './bundle-manifest.ts'
import {
  type BeginOptions,
  BundleBlobs,
  type BundleDraft,
  type BundleEntry,
  type BundleNote,
  type BundleStore,
  type BundleWriter,
  type StoredBundle,
  type StoreUsage,
} from './bundle-store.ts'
import { readJournal, storedBytes } from './journal.ts'
import { guarded } from './opfs-file.ts'
import { bytesBelow, openFile, orMissing, subfolder } from './opfs-folder.ts'
import { filesName, journalName, markerName, OpfsWriter, writeSmallFile } from './opfs-writer.ts'

// bundles/KEY/files/…        as in the manifest
// bundles/KEY/manifest.json
// bundles/KEY/journal        what is stored so far (see `Journal`), while the bundle is not whole
// bundles/KEY/complete.json  a BundleNote, written last: a folder without it was left by a crash or a canceled load
// bundles/KEY/used.json      when it was last loaded
const rootName = 'bundles'
const usedName = 'used.json'

const noteSchema = v.object({
  key: v.string(),
  name: v.string(),
  url: v.string(),
  bytes: v.number(),
  savedAt: v.string(),
})
const usedSchema = v.object({ usedAt: v.string() })

/** The parts of the browser that the store uses; tests replace them. */
export interface OpfsHost {
  /** The root of the origin private file system. Throws where there is none, or access is denied. */
  directory(): Promise<FileSystemDirectoryHandle>
  readonly locks: LockManager | undefined
  estimate(): Promise<StorageEstimate>
}

/**
 * Keeps bundles in the origin private file system. The Blobs of a stored bundle are Files, which stay on disk until they
 * are read. Storing works in workers only, since only they can write into the middle of a file. One tab at a time stores
 * a bundle, where the browser has locks.
 */
export class OpfsStore implements BundleStore {
  readonly kind = 'opfs'

  readonly #host: OpfsHost

  constructor(host: OpfsHost = browserHost) {
    this.#host = host
  }

  async find(key: string): Promise<StoredBundle | undefined> {
    return guarded(async () => {
      const folder = await subfolder(await this.#root(), key)
      return folder && openStored(folder, key)
    })
  }

  async begin(draft: BundleDraft, options: BeginOptions = {}): Promise<BundleWriter> {
    const { key, totalBytes } = draft.manifest
    const root = await guarded(() => this.#root())
    const release = await takeLock(this.#host.locks, key, options)
    let writer: OpfsWriter | undefined
    try {
      // Another tab may have stored it while this one waited for the lock.
      const stored = await this.find(key)
      const folder = await guarded(() => root.getDirectoryHandle(key, { create: true }))
      writer = await OpfsWriter.open(draft, folder, release, stored)
      const missing = totalBytes - writer.storedBytes()
      // A bundle that will not fit is not begun. One that was begun goes on: what is stored need not be fetched again,
      // and what does not fit goes to memory.
      const free = await this.#freeBytes()
      if (writer.storedBytes() === 0 && free !== undefined && free < missing) {
        await writer.suspend()
        await removeFolder(root, key)
        throw storeError('full')
      }
      return writer
    } catch (error) {
      await writer?.suspend()
      release()
      throw error
    }
  }

  async list(): Promise<BundleEntry[]> {
    return guarded(async () => {
      const root = await this.#root()
      const entries: BundleEntry[] = []
      for await (const key of root.keys()) {
        const folder = await subfolder(root, key)
        const entry = folder && (await readEntry(folder, key))
        if (entry) entries.push(entry)
      }
      return entries.sort((a, b) => b.savedAt.localeCompare(a.savedAt))
    })
  }

  async remove(key: string): Promise<void> {
    const root = await guarded(() => this.#root())
    const release = await takeLockSoon(this.#host.locks, key)
    await guarded(() => removeFolder(root, key)).finally(release)
  }

  async usage(): Promise<StoreUsage> {
    const entries = await this.list()
    const freeBytes = await this.#freeBytes()
    return {
      usedBytes: entries.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
      ...(freeBytes === undefined ? {} : { freeBytes }),
    }
  }

  async noteUse(key: string): Promise<void> {
    try {
      const folder = await subfolder(await this.#root(), key)
      if (folder) await writeSmallFile(folder, usedName, JSON.stringify({ usedAt: new Date().toISOString() }))
    } catch {
      // The time of use is only shown to the person; the bundle is loaded without it.
    }
  }

  async #root(): Promise<FileSystemDirectoryHandle> {
    return (await this.#host.directory()).getDirectoryHandle(rootName, { create: true })
  }

  async #freeBytes(): Promise<number | undefined> {
    const { quota, usage } = await this.#host.estimate().catch((): StorageEstimate => ({}))
    return quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage)
  }
}

const browserHost: OpfsHost = {
  async directory() {
    if (!navigator.storage?.getDirectory) throw storeError('missing')
    return navigator.storage.getDirectory()
  },
  get locks() {
    return navigator.locks
  },
  estimate: async () => navigator.storage.estimate(),
}

/** A whole bundle has a marker, a manifest of this key, and every file in the manifest's size; otherwise undefined. */
async function openStored(folder: FileSystemDirectoryHandle, key: string): Promise<StoredBundle | undefined> {
  const note = await readNote(folder, key)
  const manifest = note && (await openManifest(folder))
  const filesFolder = manifest?.key === key ? await subfolder(folder, filesName) : undefined
  if (!note || !manifest || !filesFolder) return undefined
  const files = new Map<string, Blob>()
  for (const { path, bytes } of manifest.parsed.files) {
    const file = await openFile(filesFolder, path)
    if (file?.size !== bytes) return undefined
    files.set(path, file)
  }
  return { note, manifest, files: new BundleBlobs(manifest, files) }
}

async function openManifest(folder: FileSystemDirectoryHandle): Promise<BundleManifest | undefined> {
  const file = await openFile(folder, manifestPath)
  if (!file) return undefined
  // It fails when the manifest is damaged, or of a format that this version of the app no longer reads.
  return readManifest(new Uint8Array(await file.arrayBuffer())).catch(() => undefined)
}

/** The entry of a folder; undefined for an empty one. */
async function readEntry(folder: FileSystemDirectoryHandle, key: string): Promise<BundleEntry | undefined> {
  const used = await readJson(folder, usedName, usedSchema)
  const note = await readNote(folder, key)
  if (note) return { ...note, ...used, state: 'whole', storedBytes: note.bytes }
  const file = await openFile(folder, journalName)
  const { begun, files } = await readJournal(new Uint8Array((await file?.arrayBuffer()) ?? new ArrayBuffer(0)))
  if (begun) {
    const { name, url, bytes, at } = begun
    return { key, name, url, bytes, savedAt: at, state: 'partial', storedBytes: storedBytes(files) }
  }
  // Files without a marker or a journal still take up room, so the person must be able to see and delete them.
  const bytes = await bytesBelow(folder)
  if (bytes === 0) return undefined
  return { key, name: 'unknown', url: '', bytes, savedAt: '', state: 'partial', storedBytes: bytes }
}

async function readNote(folder: FileSystemDirectoryHandle, key: string): Promise<BundleNote | undefined> {
  const note = await readJson(folder, markerName, noteSchema)
  return note?.key === key ? note : undefined
}

async function readJson<T>(
  folder: FileSystemDirectoryHandle,
  name: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<T | undefined> {
  const file = await openFile(folder, name)
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), await file?.text())
  return parsed.success ? parsed.output : undefined
}

async function removeFolder(root: FileSystemDirectoryHandle, key: string): Promise<void> {
  await orMissing(() => root.removeEntry(key, { recursive: true }))
}
