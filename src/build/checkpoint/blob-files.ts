import { CheckpointError } from '../../base/errors.ts'
import type { ByteSource, CheckpointFiles } from './source.ts'

/** A checkpoint that the visitor picked from their own disk, or that storage holds as Blobs. */
export class BlobFiles implements CheckpointFiles {
  readonly origin: string
  readonly #blobs: ReadonlyMap<string, Blob>

  /**
   * Blobs by file name, or the files of a folder pick. Only a picked folder's own files count, not those of folders
   * inside it: a cache or an export below may hold another config.json.
   */
  constructor(files: Map<string, Blob> | Iterable<File>, origin = 'the chosen folder') {
    this.origin = origin
    this.#blobs = files instanceof Map ? files : byName(files)
  }

  async open(name: string, signal?: AbortSignal): Promise<ByteSource | undefined> {
    signal?.throwIfAborted()
    const blob = this.#blobs.get(name)
    return blob === undefined ? undefined : new BlobSource(name, blob)
  }

  async list(): Promise<readonly string[]> {
    return [...this.#blobs.keys()]
  }

  async close(): Promise<void> {}
}

function byName(files: Iterable<File>): Map<string, Blob> {
  const blobs = new Map<string, Blob>()
  for (const file of files) {
    // "picked/model.safetensors" for a file of the picked folder, empty for files picked one by one.
    const depth = file.webkitRelativePath ? file.webkitRelativePath.split('/').length : 2
    if (depth === 2) blobs.set(file.name, file)
  }
  return blobs
}

class BlobSource implements ByteSource {
  readonly name: string
  readonly #blob: Blob

  constructor(name: string, blob: Blob) {
    this.name = name
    this.#blob = blob
  }

  get size(): number {
    return this.#blob.size
  }

  get version(): string | undefined {
    return this.#blob instanceof File ? String(this.#blob.lastModified) : undefined
  }

  async read(offset: number, length: number, signal?: AbortSignal): Promise<Uint8Array> {
    signal?.throwIfAborted()
    let bytes: Uint8Array
    try {
      bytes = new Uint8Array(await this.#blob.slice(offset, offset + length).arrayBuffer())
    } catch (cause) {
      // Browsers say NotReadableError both when the file changed under the pick and when it is gone.
      throw new CheckpointError({
        code: 'source-changed',
        message: `${this.name} can no longer be read; it was changed, moved or removed after it was chosen.`,
        action: 'Choose the folder again.',
        subject: this.name,
        recoverable: true,
        cause,
      })
    }
    signal?.throwIfAborted()
    if (bytes.length === length) return bytes
    throw new CheckpointError({
      code: 'truncated',
      message: `${this.name} ended early: ${bytes.length} of ${length} bytes from byte ${offset}.`,
      action: 'Check that the file was copied completely, and choose the folder again.',
      subject: this.name,
    })
  }
}
