import * as v from 'valibot'
import { storeError } from './bundle-errors.ts'
import { type BundleManifest, manifestPath, readManifest } from './bundle-manifest.ts'
import {
  BundleBlobs,
  type BundleDraft,
  type BundleNote,
  type BundleStore,
  type BundleWriter,
  checkFinished,
  type FileWriter,
  noteOf,
  type StoredBundle,
  type StoreUsage,
} from './bundle-store.ts'
import { guarded, writeOpfsFile } from './opfs-file.ts'
import { askToPersist } from './persistence.ts'

// bundles/KEY/files/…        as in the manifest
// bundles/KEY/manifest.json
// bundles/KEY/complete.json  a BundleNote, written last: a folder without one is what a crash has left
const rootName = 'bundles'
const filesName = 'files'
const markerName = 'complete.json'
/** A load that was just cancelled needs a moment to clear up; a load in another tab takes longer than this. */
const lockWaitMs = 3000

const noteSchema = v.object({
  key: v.string(),
  name: v.string(),
  url: v.string(),
  bytes: v.number(),
  savedAt: v.string(),
})

/**
 * Keeps bundles in the origin private file system, for pages and workers. What it opens are Files, which stay on disk
 * until they are read. One tab at a time writes a bundle, where the browser has locks.
 */
export class OpfsStore implements BundleStore {
  readonly kind = 'opfs'

  async find(key: string): Promise<StoredBundle | undefined> {
    return guarded(async () => {
      const folder = await subfolder(await openRoot(), key)
      return folder && openStored(folder, key)
    })
  }

  async begin(draft: BundleDraft): Promise<BundleWriter> {
    const { key, bytes, totalBytes } = draft.manifest
    return guarded(async () => {
      const root = await openRoot()
      const release = await takeLock(key)
      try {
        // Another tab was faster, and may be reading what it stored.
        if (await this.find(key)) throw storeError('busy')
        await removeFolder(root, key)
        await checkRoom(totalBytes)
        void askToPersist()
        const writer = new OpfsWriter(draft, root, await root.getDirectoryHandle(key, { create: true }), release)
        try {
          await writer.writeOwn(manifestPath, bytes)
        } catch (error) {
          await writer.discard()
          throw error
        }
        return writer
      } catch (error) {
        release()
        throw error
      }
    })
  }

  async list(): Promise<BundleNote[]> {
    return guarded(async () => {
      const root = await openRoot()
      const notes: BundleNote[] = []
      for await (const key of root.keys()) {
        const folder = await subfolder(root, key)
        const note = folder && (await readNote(folder, key))
        if (note) notes.push(note)
      }
      return notes.sort((a, b) => b.savedAt.localeCompare(a.savedAt))
    })
  }

  async remove(key: string): Promise<void> {
    await guarded(async () => {
      const root = await openRoot()
      const release = await takeLock(key)
      await removeFolder(root, key).finally(release)
    })
  }

  async usage(): Promise<StoreUsage> {
    const notes = await this.list()
    const freeBytes = await estimateFree()
    return {
      usedBytes: notes.reduce((sum, { bytes }) => sum + bytes, 0),
      ...(freeBytes === undefined ? {} : { freeBytes }),
    }
  }
}

class OpfsWriter implements BundleWriter {
  readonly finished = new Map<string, Blob>()

  constructor(
    private readonly draft: BundleDraft,
    private readonly root: FileSystemDirectoryHandle,
    private readonly folder: FileSystemDirectoryHandle,
    private readonly release: () => void,
  ) {}

  async open(path: string): Promise<FileWriter> {
    return guarded(async () => {
      const files = await this.folder.getDirectoryHandle(filesName, { create: true })
      const { parent, name } = await parentOf(files, path, { create: true })
      const handle = await parent.getFileHandle(name, { create: true })
      return writeOpfsFile(handle, (file) => this.finished.set(path, file))
    })
  }

  /** A small file of the store's own, beside those of the bundle. */
  async writeOwn(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const handle = await this.folder.getFileHandle(name, { create: true })
    const out = await writeOpfsFile(handle, () => undefined)
    try {
      await out.write(bytes)
      await out.close()
    } catch (error) {
      await out.abort()
      throw error
    }
  }

  async complete(): Promise<StoredBundle> {
    const { manifest } = this.draft
    checkFinished(manifest.parsed, this.finished)
    const note = noteOf(this.draft)
    await guarded(() => this.writeOwn(markerName, new TextEncoder().encode(JSON.stringify(note))))
    this.release()
    return { note, manifest, files: new BundleBlobs(manifest, this.finished) }
  }

  async discard(): Promise<void> {
    // What cannot be removed now has no marker, and is removed by the next write.
    await removeFolder(this.root, this.draft.manifest.key).catch(() => undefined)
    this.release()
  }
}

async function openRoot(): Promise<FileSystemDirectoryHandle> {
  if (!navigator.storage?.getDirectory) throw storeError('missing')
  const top = await navigator.storage.getDirectory()
  return top.getDirectoryHandle(rootName, { create: true })
}

/** A whole bundle: a marker, a manifest that has this key, and every file of the manifest's size. */
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
  // Damaged, or of a format that this version of the app no longer reads.
  return readManifest(new Uint8Array(await file.arrayBuffer())).catch(() => undefined)
}

async function readNote(folder: FileSystemDirectoryHandle, key: string): Promise<BundleNote | undefined> {
  const file = await openFile(folder, markerName)
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), noteSchema), await file?.text())
  return parsed.success && parsed.output.key === key ? parsed.output : undefined
}

async function openFile(folder: FileSystemDirectoryHandle, path: string): Promise<File | undefined> {
  return orMissing(async () => {
    const { parent, name } = await parentOf(folder, path)
    return (await parent.getFileHandle(name)).getFile()
  })
}

async function subfolder(parent: FileSystemDirectoryHandle, name: string) {
  return orMissing(() => parent.getDirectoryHandle(name))
}

async function parentOf(folder: FileSystemDirectoryHandle, path: string, options?: FileSystemGetDirectoryOptions) {
  const parts = path.split('/')
  const name = parts.pop() ?? ''
  let parent = folder
  for (const part of parts) parent = await parent.getDirectoryHandle(part, options)
  return { parent, name }
}

async function removeFolder(root: FileSystemDirectoryHandle, key: string): Promise<void> {
  await orMissing(() => root.removeEntry(key, { recursive: true }))
}

/** Undefined where the file system has nothing of that name, or nothing of that kind. */
async function orMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DOMException && /^(NotFound|TypeMismatch)Error$/.test(error.name)) return undefined
    throw error
  }
}

/** Better no byte than most of a bundle, when the browser knows that it will not fit. */
async function checkRoom(bytes: number): Promise<void> {
  const freeBytes = await estimateFree()
  if (freeBytes !== undefined && freeBytes < bytes) throw storeError('full')
}

async function estimateFree(): Promise<number | undefined> {
  const { quota, usage } = (await navigator.storage.estimate?.().catch(() => undefined)) ?? {}
  return quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage)
}

/** Holds the bundle's lock until the returned function is called, or this page or worker ends. */
async function takeLock(key: string): Promise<() => void> {
  if (!navigator.locks) return () => undefined
  return new Promise((resolve, reject) => {
    const hold = () => new Promise<void>((release) => resolve(release))
    const given = navigator.locks.request(`videmo-bundle-${key}`, { signal: AbortSignal.timeout(lockWaitMs) }, hold)
    given.catch((cause: unknown) => reject(isOver(cause) ? storeError('busy', cause) : cause))
  })
}

function isOver(cause: unknown): boolean {
  return cause instanceof DOMException && /^(Abort|Timeout)Error$/.test(cause.name)
}
