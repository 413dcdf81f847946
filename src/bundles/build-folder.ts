import { BundleError } from '../base/errors.ts'
import { storeError } from './bundle-errors.ts'
import { guarded, openRandomFile, type RandomFile } from './opfs-file.ts'
import { bytesBelow, createFile, openFile, orMissing, subfolder } from './opfs-folder.ts'

// builds/ID/request.json   the request that the builder was started with, as it wrote it
// builds/ID/notes          the builder's notes, a line each
// builds/ID/files/…        the bundle's files, as in the manifest
// builds/ID/finished.json  see `built-bundle.ts`
const rootName = 'builds'
const filesName = 'files'
const notesName = 'notes'
const requestName = 'request.json'
const chunkBytes = 4 * 2 ** 20

/** A build that was begun in this browser and is not a stored bundle yet. */
export interface BegunBuild {
  readonly id: string
  readonly request: string
  /** Its last note; undefined where there is none. */
  readonly lastNote: string | undefined
  readonly bytes: number
}

/**
 * A bundle under construction in the origin private file system, which a build can resume after a reload or a crash. It
 * works in workers only, and only one of them has it open at a time where the browser has locks. Its methods are those
 * of the builder's resumable sink, and throw BundleError `store-…`.
 */
export class BuildFolder {
  readonly #open = new Map<string, OpenFile>()
  #notes: OpenFile | undefined

  readonly #release: () => void

  private constructor(
    readonly id: string,
    readonly folder: FileSystemDirectoryHandle,
    release: () => void,
  ) {
    this.#release = release
  }

  /** Throws BundleError `build-busy` when another tab builds the same. */
  static async open(id: string): Promise<BuildFolder> {
    return guarded(async () => {
      const release = await takeLock(`videmo-build-${id}`)
      try {
        const root = await buildsRoot()
        return new BuildFolder(id, await root.getDirectoryHandle(id, { create: true }), release)
      } catch (error) {
        release()
        throw error
      }
    })
  }

  /** All builds that are not finished, or not yet moved to the stored bundles. */
  static async list(): Promise<BegunBuild[]> {
    return guarded(async () => {
      const builds: BegunBuild[] = []
      for await (const [id, folder] of (await buildsRoot()).entries()) {
        if (!(folder instanceof FileSystemDirectoryHandle)) continue
        const request = await textOf(folder, requestName)
        if (request === undefined) continue
        const files = await subfolder(folder, filesName)
        const notes = await openFile(folder, notesName)
        // Long enough for the longest note, that of a 7B model's MLP.
        const tail = notes ? await notes.slice(-(2 ** 20)).text() : ''
        const lastNote = tail.split('\n').at(-2)
        builds.push({ id, request, lastNote, bytes: files ? await bytesBelow(files) : 0 })
      }
      return builds
    })
  }

  /** Deletes a build. Throws BundleError `build-busy` when another tab is building it. */
  static async remove(id: string): Promise<void> {
    const folder = await BuildFolder.open(id)
    await folder.discard()
  }

  /** Stores the request that is built here, which `list` gives back. */
  async writeRequest(text: string): Promise<void> {
    await this.writeText(requestName, text)
  }

  async writeText(name: string, text: string): Promise<void> {
    await guarded(async () => {
      const file = await OpenFile.open(this.folder, name)
      try {
        file.truncate(0)
        file.append(new TextEncoder().encode(text))
        file.flush()
      } finally {
        file.close()
      }
    })
  }

  /** A file of the bundle as it is on disk; undefined where there is none. */
  async file(path: string): Promise<File | undefined> {
    return guarded(async () => {
      const files = await subfolder(this.folder, filesName)
      return files && openFile(files, path)
    })
  }

  async create(path: string) {
    return guarded(async () => {
      const file = await this.#openPath(path)
      file.truncate(0)
      return this.#sinkOf(path, file)
    })
  }

  async reopen(path: string, bytes: number, onKept: (chunk: Uint8Array) => void) {
    return guarded(async () => {
      const file = await this.#openPath(path)
      if (file.size < bytes) {
        this.#closeFile(path)
        return undefined
      }
      file.truncate(bytes)
      for (let at = 0; at < bytes; at += chunkBytes) onKept(file.read(at, Math.min(chunkBytes, bytes - at)))
      return this.#sinkOf(path, file)
    })
  }

  async noted(): Promise<readonly string[]> {
    return guarded(async () => {
      const notes = await this.#openNotes()
      const text = new TextDecoder().decode(notes.read(0, notes.size))
      const end = text.lastIndexOf('\n') + 1
      // A crash may have cut the last note short: it is removed, so that the next one begins on a line of its own.
      notes.truncate(new TextEncoder().encode(text.slice(0, end)).length)
      return text.slice(0, end).split('\n').slice(0, -1)
    })
  }

  async note(line: string): Promise<void> {
    await guarded(async () => {
      for (const file of this.#open.values()) file.flush()
      const notes = await this.#openNotes()
      notes.append(new TextEncoder().encode(`${line}\n`))
      notes.flush()
    })
  }

  async clear(): Promise<void> {
    await guarded(async () => {
      this.#closeAll()
      for (const name of [filesName, notesName]) {
        await orMissing(() => this.folder.removeEntry(name, { recursive: true }))
      }
    })
  }

  async commit(): Promise<void> {
    this.#closeAll()
  }

  async suspend(): Promise<void> {
    this.#closeAll()
  }

  /** Deletes the build and lets go of its lock. */
  async discard(): Promise<void> {
    await guarded(async () => {
      this.#closeAll()
      try {
        const root = await buildsRoot()
        await orMissing(() => root.removeEntry(this.id, { recursive: true }))
      } finally {
        this.#release()
      }
    })
  }

  /** Closes the build, so that another worker may open it. */
  close(): void {
    this.#closeAll()
    this.#release()
  }

  async #openPath(path: string): Promise<OpenFile> {
    this.#closeFile(path)
    const files = await this.folder.getDirectoryHandle(filesName, { create: true })
    const file = await OpenFile.open(files, path)
    this.#open.set(path, file)
    return file
  }

  #sinkOf(path: string, file: OpenFile) {
    return {
      write: (bytes: Uint8Array<ArrayBuffer>) => guarded(async () => file.append(bytes)),
      close: () =>
        guarded(async () => {
          file.flush()
          this.#closeFile(path)
        }),
    }
  }

  async #openNotes(): Promise<OpenFile> {
    this.#notes ??= await OpenFile.open(this.folder, notesName)
    return this.#notes
  }

  #closeFile(path: string): void {
    this.#open.get(path)?.close()
    this.#open.delete(path)
  }

  #closeAll(): void {
    for (const path of [...this.#open.keys()]) this.#closeFile(path)
    this.#notes?.close()
    this.#notes = undefined
  }
}

/** A file that is appended to in place: flushed bytes outlive a crash. */
export class OpenFile {
  readonly #file: RandomFile
  #end: number

  private constructor(file: RandomFile, end: number) {
    this.#file = file
    this.#end = end
  }

  static async open(folder: FileSystemDirectoryHandle, path: string): Promise<OpenFile> {
    const file = await openRandomFile(await createFile(folder, path))
    return new OpenFile(file, file.size())
  }

  get size(): number {
    return this.#end
  }

  read(at: number, bytes: number): Uint8Array<ArrayBuffer> {
    return this.#file.read(at, new Uint8Array(bytes))
  }

  append(bytes: Uint8Array<ArrayBuffer>): void {
    this.#file.write(this.#end, bytes)
    this.#end += bytes.length
  }

  truncate(bytes: number): void {
    this.#file.truncate(bytes)
    this.#end = bytes
  }

  flush(): void {
    this.#file.flush()
  }

  close(): void {
    this.#file.close()
  }
}

/** The folder of all builds. Throws BundleError `store-missing`. */
export async function buildsRoot(): Promise<FileSystemDirectoryHandle> {
  return topFolder(rootName)
}

/** A folder of the origin private file system. Throws BundleError `store-missing`. */
export async function topFolder(name: string): Promise<FileSystemDirectoryHandle> {
  if (!navigator.storage?.getDirectory) throw storeError('missing')
  return (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true })
}

export async function textOf(folder: FileSystemDirectoryHandle, name: string): Promise<string | undefined> {
  return (await openFile(folder, name))?.text()
}

/** Holds a lock until the returned function is called, or this worker ends. */
async function takeLock(name: string): Promise<() => void> {
  if (!navigator.locks) return () => undefined
  return new Promise((resolve, reject) => {
    const given = navigator.locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock) return new Promise<void>((release) => resolve(release))
      reject(
        new BundleError({
          code: 'build-busy',
          message: 'Another tab is building this model.',
          action: 'Let it finish there, or close that tab and resume here.',
          recoverable: true,
        }),
      )
      return undefined
    })
    given.catch(reject)
  })
}
