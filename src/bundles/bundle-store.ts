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
   * The whole bundle of that key. Sizes are held against the manifest; hashes are not, they were when it was written:
   * hashing gigabytes at every visit would take longer than starting the model.
   */
  find(key: string): Promise<StoredBundle | undefined>
  /**
   * Starts to store a bundle, or goes on where it was left. It counts as stored only once its writer has completed it.
   * Waits while another tab is storing the same one, whose work is then its own. Throws `store-full` where it is known
   * that it will not fit, unless part of it is stored; and the reason of an abort.
   */
  begin(draft: BundleDraft, options?: BeginOptions): Promise<BundleWriter>
  /** All bundles, whole or not, newest first. */
  list(): Promise<BundleEntry[]>
  /** Forgets a bundle, whole or not. Blobs that were read from it may become unreadable. */
  remove(key: string): Promise<void>
  usage(): Promise<StoreUsage>
  /** Remembers that the bundle was loaded just now. Never throws. */
  noteUse(key: string): Promise<void>
}

export interface BeginOptions {
  readonly signal?: AbortSignal
  /** Called about once a second while another tab is storing the same bundle. */
  readonly onWait?: () => void
  /** What another store has of it. */
  readonly parts?: readonly StoredPart[]
}

export interface StoreUsage {
  readonly usedBytes: number
  /** What the browser would still let this site store, where it says so; an estimate. */
  readonly freeBytes?: number
}

/** A bundle that is about to be stored. */
export interface BundleDraft {
  readonly manifest: BundleManifest
  readonly name: string
  /** Where it comes from, as `bundleUrl` writes it. */
  readonly url: string
}

/** What is known of a stored bundle without opening it. */
export interface BundleNote {
  readonly key: string
  readonly name: string
  readonly url: string
  /** Of all files but the manifest. */
  readonly bytes: number
  /** ISO 8601. */
  readonly savedAt: string
}

/** A bundle in a store. What is not whole goes on where it was left when it is loaded again. */
export interface BundleEntry extends BundleNote {
  readonly state: 'whole' | 'partial'
  /** What there is of `bytes`. */
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
  /** What is stored, of unfinished files too. */
  storedBytes(): number
  /** Opens an unfinished file, with what is stored of it. */
  open(path: string): Promise<PartialFile>
  /** Ends the bundle, all of whose files must be finished. */
  complete(): Promise<StoredBundle>
  /** Lets go of the bundle and keeps what is stored for the next `begin`, where the store can. Never throws. */
  suspend(): Promise<void>
  /** Suspends, and hands out what is stored, to go on elsewhere. Never throws. */
  salvage(): Promise<StoredPart[]>
}

/** A file while it is stored, chunk by chunk in any order. */
export interface PartialFile {
  /** What is stored, by offset. */
  readonly chunks: ReadonlyMap<number, StoredChunk>
  /** What the server called the version that they are of. */
  readonly etag: string | undefined
  /** The chunk is stored when this resolves, even if the page ends then. The bytes are the caller's again. */
  write(at: number, bytes: Uint8Array<ArrayBuffer>, sha256: string): Promise<void>
  /** Fills the buffer with what was stored there; gives the part that was filled. Throws BundleError `unreadable-file`. */
  read(at: number, into: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  noteEtag(etag: string): Promise<void>
  /** The chunk at this place, or all of them, are not stored any more. */
  forget(at?: number): Promise<void>
  /** Ends the file, all of which must be stored. Whoever writes has verified it. */
  finish(): Promise<void>
  /** Lets go of the file and keeps what is stored. Never throws. */
  close(): Promise<void>
}

/** A stored chunk of a file, outside of its store. */
export interface StoredPart {
  readonly path: string
  readonly at: number
  readonly sha256: string
  readonly blob: Blob
}

/** A bundle's files, each a Blob; those of a store on disk stay there until they are read. */
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

/** What a writer notes of the bundle it has just completed. */
export function noteOf({ manifest, name, url }: BundleDraft): BundleNote {
  return { key: manifest.key, name, url, bytes: manifest.totalBytes, savedAt: new Date().toISOString() }
}

/** Throws BundleError `missing-file` when a file of the manifest is not among the finished ones. */
export function checkFinished({ files }: Manifest, finished: ReadonlyMap<string, Blob>): void {
  const missing = files.find(({ path, bytes }) => finished.get(path)?.size !== bytes)
  if (missing) throw missingFile(missing.path, `${missing.path} was not stored whole.`)
}
