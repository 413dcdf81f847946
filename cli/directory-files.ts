import { type FileHandle, open, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { CheckpointError } from '../src/base/errors.ts'
import type { ByteSource, CheckpointFiles } from '../src/build/checkpoint/source.ts'

/** A checkpoint in a directory of this machine. */
export class DirectoryFiles implements CheckpointFiles {
  readonly origin: string
  readonly #handles: FileHandle[] = []

  constructor(directory: string) {
    this.origin = directory
  }

  async open(name: string, signal?: AbortSignal): Promise<ByteSource | undefined> {
    signal?.throwIfAborted()
    if (name !== basename(name) || ['', '.', '..'].includes(name)) return undefined
    let handle: FileHandle | undefined
    try {
      handle = await open(join(this.origin, name))
      this.#handles.push(handle)
      const { size, mtimeMs } = await handle.stat()
      // Reading nothing finds out a directory of that name, which can be opened but never read.
      await handle.read(new Uint8Array(1), 0, 1, 0)
      return new FileSource(name, handle, size, mtimeMs)
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined
      throw unreadable(name, cause)
    }
  }

  async list(): Promise<readonly string[] | undefined> {
    // What cannot be listed may still be opened file by file.
    return readdir(this.origin).catch(() => undefined)
  }

  async close(): Promise<void> {
    await Promise.all(this.#handles.splice(0).map((handle) => handle.close()))
  }
}

class FileSource implements ByteSource {
  readonly name: string
  readonly size: number
  readonly #handle: FileHandle
  readonly #modifiedMs: number

  constructor(name: string, handle: FileHandle, size: number, modifiedMs: number) {
    this.name = name
    this.size = size
    this.#handle = handle
    this.#modifiedMs = modifiedMs
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    // Unsafe only in that it may hold old bytes: each is overwritten below, or the read fails.
    const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer)
    let done = 0
    try {
      while (done < length) {
        const { bytesRead } = await this.#handle.read(bytes, done, length - done, offset + done)
        signal?.throwIfAborted()
        if (bytesRead === 0) break
        done += bytesRead
      }
      const { size, mtimeMs } = await this.#handle.stat()
      if (size !== this.size || mtimeMs !== this.#modifiedMs) throw this.#changed(size)
    } catch (cause) {
      if (signal?.aborted || cause instanceof CheckpointError) throw cause
      throw unreadable(this.name, cause)
    }
    if (done === length) return bytes
    throw new CheckpointError({
      code: 'truncated',
      message: `${this.name} ended early: ${done} of ${length} bytes from byte ${offset}.`,
      action: 'Check that the file was copied completely, and start again.',
      subject: this.name,
    })
  }

  #changed(size: number): CheckpointError {
    return new CheckpointError({
      code: 'source-changed',
      message: `${this.name} was changed while it was being read (${this.size} bytes before, ${size} now).`,
      action: 'Wait until the download or copy has finished, then start again.',
      subject: this.name,
      recoverable: true,
    })
  }
}

function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined
}

function unreadable(name: string, cause: unknown): CheckpointError {
  const denied = codeOf(cause) === 'EACCES' || codeOf(cause) === 'EPERM'
  return new CheckpointError({
    code: denied ? 'not-allowed' : 'unreadable',
    message: `${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
    action: denied ? 'Give yourself the right to read this file.' : 'Check the disk and the path, then start again.',
    subject: name,
    cause,
  })
}
