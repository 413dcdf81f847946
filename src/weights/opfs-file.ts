import { BundleError } from '../errors.ts'
import { storeError } from './bundle-errors.ts'
import type { FileWriter } from './bundle-store.ts'

/** What a browser gives workers that may not stream into a file; not in TypeScript's library for pages. */
interface SyncAccessHandle {
  write(bytes: Uint8Array, options: { readonly at: number }): number
  truncate(size: number): void
  flush(): void
  close(): void
}

type Handle = Omit<FileSystemFileHandle, 'createWritable'> & {
  readonly createWritable?: FileSystemFileHandle['createWritable']
  readonly createSyncAccessHandle?: () => Promise<SyncAccessHandle>
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
  if (handle.createWritable) return new StreamSink(await handle.createWritable())
  if (handle.createSyncAccessHandle) return new SyncSink(await handle.createSyncAccessHandle())
  throw storeError('missing')
}

class StreamSink implements FileWriter {
  constructor(private readonly stream: FileSystemWritableFileStream) {}

  async write(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      await this.stream.write(bytes)
    } catch (cause) {
      // What Chromium says for no room left, one time in three: “Failed to write data to data pipe”. We abort nothing
      // that is being written.
      throw cause instanceof DOMException && cause.name === 'AbortError' ? storeError('full', cause) : cause
    }
  }

  close(): Promise<void> {
    return this.stream.close()
  }

  abort(): Promise<void> {
    return this.stream.abort()
  }
}

class SyncSink implements FileWriter {
  private written = 0

  constructor(private readonly handle: SyncAccessHandle) {
    handle.truncate(0)
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length; ) {
      const count = this.handle.write(bytes.subarray(from), { at: this.written })
      // No room is an exception by the standard; Chromium gives its error code (-8) as an unsigned count instead.
      if (count === 0 || count > bytes.length - from) throw storeError('full')
      from += count
      this.written += count
    }
  }

  async close(): Promise<void> {
    this.handle.flush()
    this.handle.close()
  }

  async abort(): Promise<void> {
    this.handle.close()
  }
}

/** Does something with the file system; what goes wrong becomes a BundleError `store-…`. */
export async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
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
