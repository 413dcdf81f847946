import { BundleError } from '../base/errors.ts'
import { storeError } from './bundle-errors.ts'

/** One file, written from its beginning to its end. */
export interface FileWriter {
  /** When the promise resolves, the caller may use the buffer again. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
  /** Closes the file unfinished. Never throws. */
  abort(): Promise<void>
}

/** One file, read and written at any offset. Flushed bytes outlive a crash. Methods throw BundleError `store-…`. */
export interface RandomFile {
  size(): number
  /** Fills the buffer with bytes from offset `at`; gives the part that was filled, which is shorter at the file's end. */
  read(at: number, into: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>
  write(at: number, bytes: Uint8Array<ArrayBuffer>): void
  truncate(bytes: number): void
  flush(): void
  /** Never throws. */
  close(): void
}

/** The synchronous file access of workers, which TypeScript's library for pages does not declare. */
interface SyncAccessHandle {
  getSize(): number
  read(bytes: Uint8Array, options: { readonly at: number }): number
  write(bytes: Uint8Array, options: { readonly at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

type Handle = Omit<FileSystemFileHandle, 'createWritable'> & {
  readonly createWritable?: FileSystemFileHandle['createWritable']
  readonly createSyncAccessHandle?: () => Promise<SyncAccessHandle>
}

/** A worker that has just ended may hold a file for a moment longer than its lock, so opening is tried again. */
const openTries = 20
const openWaitMs = 100

/**
 * Opens a file of the origin private file system for reading and writing, in workers only. Throws BundleError
 * `store-missing` elsewhere, or `store-…`.
 */
export async function openRandomFile(handle: Handle): Promise<RandomFile> {
  return new SyncFile(await guarded(() => openSync(handle)))
}

async function openSync(handle: Handle): Promise<SyncAccessHandle> {
  if (!handle.createSyncAccessHandle) throw storeError('missing')
  for (let tries = 1; ; tries++) {
    try {
      return await handle.createSyncAccessHandle()
    } catch (error) {
      const isHeld = error instanceof DOMException && error.name === 'NoModificationAllowedError'
      if (!isHeld || tries >= openTries) throw error
      await new Promise((resolve) => setTimeout(resolve, openWaitMs))
    }
  }
}

class SyncFile implements RandomFile {
  readonly #handle: SyncAccessHandle

  constructor(handle: SyncAccessHandle) {
    this.#handle = handle
  }

  size(): number {
    return guardedNow(() => this.#handle.getSize())
  }

  read(at: number, into: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    return into.subarray(
      0,
      guardedNow(() => this.#handle.read(into, { at })),
    )
  }

  write(at: number, bytes: Uint8Array<ArrayBuffer>): void {
    guardedNow(() => {
      for (let from = 0; from < bytes.length; ) {
        const count = this.#handle.write(bytes.subarray(from), { at: at + from })
        // By the standard, a full disk is an exception; Chromium returns its error code (-8) as an unsigned count.
        if (count === 0 || count > bytes.length - from) throw storeError('full')
        from += count
      }
    })
  }

  truncate(bytes: number): void {
    guardedNow(() => this.#handle.truncate(bytes))
  }

  flush(): void {
    guardedNow(() => this.#handle.flush())
  }

  close(): void {
    try {
      this.#handle.close()
    } catch {
      // The browser had closed it already, with its file.
    }
  }
}

/**
 * Writes a file of the origin private file system: as a stream, or where the browser has none (Safari before 26) over
 * a synchronous handle, in workers only. `onClose` gets the whole file. Throws BundleError `store-…`.
 */
export async function writeOpfsFile(handle: Handle, onClose: (file: File) => void): Promise<FileWriter> {
  const out = await guarded(() => openSink(handle))
  let written = 0
  return {
    write: (bytes) =>
      guarded(async () => {
        await out.write(bytes)
        written += bytes.length
      }),
    close: () =>
      guarded(async () => {
        await out.close()
        const file = await handle.getFile()
        if (file.size !== written) throw storeError('failed')
        onClose(file)
      }),
    abort: () => out.abort().catch(() => undefined),
  }
}

async function openSink(handle: Handle): Promise<FileWriter> {
  return handle.createWritable
    ? new StreamSink(await handle.createWritable())
    : new SyncSink(await openRandomFile(handle))
}

class StreamSink implements FileWriter {
  readonly #stream: FileSystemWritableFileStream

  constructor(stream: FileSystemWritableFileStream) {
    this.#stream = stream
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.#stream.write(bytes)
    } catch (cause) {
      // About one time in three Chromium reports a full disk as an AbortError, “Failed to write data to data pipe”. This
      // code never aborts a write, so an AbortError means that here.
      throw cause instanceof DOMException && cause.name === 'AbortError' ? storeError('full', cause) : cause
    }
  }

  close(): Promise<void> {
    return this.#stream.close()
  }

  abort(): Promise<void> {
    return this.#stream.abort()
  }
}

class SyncSink implements FileWriter {
  readonly #file: RandomFile
  #written = 0

  constructor(file: RandomFile) {
    this.#file = file
    file.truncate(0)
  }

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    this.#file.write(this.#written, bytes)
    this.#written += bytes.length
  }

  async close(): Promise<void> {
    this.#file.flush()
    this.#file.close()
  }

  async abort(): Promise<void> {
    this.#file.close()
  }
}

/** Runs work on the file system, and turns what it throws into a BundleError `store-…`. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw asStoreError(cause)
  }
}

function guardedNow<T>(work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw asStoreError(cause)
  }
}

function asStoreError(cause: unknown): BundleError {
  if (cause instanceof BundleError) return cause
  const name = cause instanceof Error ? cause.name : ''
  if (name === 'QuotaExceededError') return storeError('full', cause)
  if (name === 'SecurityError' || name === 'NotAllowedError') return storeError('denied', cause)
  return storeError('failed', cause)
}
