import type { Manifest } from '../manifest/manifest.ts'
import { missingFile } from './bundle-errors.ts'
import { type BundleManifest, manifestPath } from './bundle-manifest.ts'
import type { BundleFile } from './bundle-source.ts'
import type { StoredChunk } from './journal.ts'

/**
 * Where bundles are kept between loads. A bundle's key is the SHA-256 of its manifest's bytes. Every method throws
 * BundleError `store-missing`, `store-denied`, `store-full`, `store-busy` or `store-failed` (see `StoreProblem`).
 */
export interface BundleStore {
  readonly kind: 'opfs' | 'memory'
  /**
   * The whole bundle of that key; undefined where it is not stored whole. Sizes are checked against the manifest. Hashes
   * were checked when the files were written: hashing gigabytes at every visit would take longer than starting the model.
   */
  find(key: string): Promise<StoredBundle | undefined>
  /**
   * Starts to store a bundle, or goes on where an earlier load stopped. It counts as stored only once its writer has
   * completed it. While another tab is storing the same bundle, this waits and then goes on with what that tab stored.
   * Throws `store-full` where the browser tells that it will not fit and no part of it is stored, or the reason of an
   * abort.
   */
  begin(draft: BundleDraft, options?: BeginOptions): Promise<BundleWriter>
  /** All bundles, whole or not, newest first. */
  list(): Promise<BundleEntry[]>
  /** Deletes a bundle, whole or not. Blobs that were read from it may become unreadable. */
  remove(key: string): Promise<void>
  usage(): Promise<StoreUsage>
  /** Remembers that the bundle was loaded just now. Never throws. */
  noteUse(key: string): Promise<void>
}

export interface BeginOptions {
  readonly signal?: AbortSignal
  /** Called about once a second while another tab is storing the same bundle. */
  readonly onWait?: () => void
  /** Chunks of the bundle that another store has. */
  readonly parts?: readonly StoredPart[]
}

export interface StoreUsage {
  readonly usedBytes: number
  /** Bytes that this site may still store, by the browser's estimate; undefined where it gives none. */
  readonly freeBytes?: number
}

/** A bundle that is about to be stored. */
export interface BundleDraft {
  readonly manifest: BundleManifest
  readonly name: string
  /** The address it is loaded from, as `bundleUrl` writes it. */
  readonly url: string
}

/** What is known of a stored bundle without opening it. */
export interface BundleNote {
  readonly key: string
  readonly name: string
  readonly url: string
  /** Bytes of all files but the manifest. */
  readonly bytes: number
  /** When it was stored, ISO 8601. */
  readonly savedAt: string
}

/** A bundle in a store. Loading a partial one again goes on with what is stored. */
export interface BundleEntry extends BundleNote {
  readonly state: 'whole' | 'partial'
  /** How many of `bytes` are stored. */
  readonly storedBytes: number
  /** When it was last loaded, ISO 8601. */
  readonly usedAt?: string
}

export interface StoredBundle {
  readonly note: BundleNote
  readonly manifest: BundleManifest
  readonly files: BundleBlobs
}

/** Several files may be written at once. */
export interface BundleWriter {
  /** Files that are whole and verified, by path: they need not be fetched. */
  readonly finished: ReadonlyMap<string, Blob>
  /** Bytes that are stored, those of unfinished files included. */
  storedBytes(): number
  /** Opens an unfinished file, whose stored chunks need not be fetched again. */
  open(path: string): Promise<PartialFile>
  /** Marks the bundle as whole. Throws BundleError `missing-file` when a file is not finished. */
  complete(): Promise<StoredBundle>
  /** Ends writing and keeps what is stored for the next `begin`. Never throws. */
  suspend(): Promise<void>
  /** Ends writing and gives the stored chunks, for another store to go on with. Never throws. */
  salvage(): Promise<StoredPart[]>
}

/** A file while it is stored, chunk by chunk in any order. */
export interface PartialFile {
  /** The chunks that are stored, by their offset in bytes. */
  readonly chunks: ReadonlyMap<number, StoredChunk>
  /** The ETag of the version that the chunks belong to; undefined where none was noted. */
  readonly etag: string | undefined
  /** Stores a chunk. Once this resolves, the chunk outlives the page, and the caller may use the buffer again. */
  write(at: number, bytes: Uint8Array<ArrayBuffer>, sha256: string): Promise<void>
  /** Reads stored bytes from offset `at` into the buffer; gives the part that was filled. Throws BundleError `unreadable-file`. */
  read(at: number, into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  noteEtag(etag: string): Promise<void>
  /** Forgets the chunk at this offset, or all chunks, which then count as missing. */
  forget(at?: number): Promise<void>
  /** Marks the file as whole. The caller has stored all chunks and verified the file. */
  finish(): Promise<void>
  /** Closes the file and keeps the stored chunks. Never throws. */
  close(): Promise<void>
}

/** A stored chunk of a file, outside of its store. */
export interface StoredPart {
  readonly path: string
  readonly at: number
  readonly sha256: string
  readonly blob: Blob
}

/** A bundle's files, each a Blob. Those of a store on disk are read from there when they are needed. */
export class BundleBlobs {
  readonly #blobs: ReadonlyMap<string, Blob>

  constructor(manifest: BundleManifest, files: ReadonlyMap<string, Blob>) {
    this.#blobs = new Map([...files, [manifestPath, new Blob([manifest.bytes])]])
  }

  /** A whole file. Throws BundleError `missing-file`. */
  async read(path: string): Promise<Blob> {
    const blob = this.#blobs.get(path)
    if (blob) return blob
    throw missingFile(path, `The bundle has no file ${path}.`)
  }

  /** Every file, the manifest included. */
  all(): BundleFile[] {
    return Array.from(this.#blobs, ([path, blob]) => ({ path, blob }))
  }
}

/** The note of a bundle that is stored whole from now on. */
export function noteOf({ manifest, name, url }: BundleDraft): BundleNote {
  return { key: manifest.key, name, url, bytes: manifest.totalBytes, savedAt: new Date().toISOString() }
}

/** Throws BundleError `missing-file` when a file of the manifest is not among the finished ones. */
export function checkFinished({ files }: Manifest, finished: ReadonlyMap<string, Blob>): void {
  const missing = files.find(({ path, bytes }) => finished.get(path)?.size !== bytes)
  if (missing) throw missingFile(missing.path, `${missing.path} was not stored whole.`)
}
