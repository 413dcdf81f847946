import type { Manifest } from '../manifest/manifest.ts'
import { missingFile } from './bundle-errors.ts'
import { type BundleManifest, manifestPath } from './bundle-manifest.ts'
import type { BundleFile } from './bundle-source.ts'

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
  /** Starts to store a bundle, which counts as stored only once its writer has completed it. */
  begin(draft: BundleDraft): Promise<BundleWriter>
  /** The whole bundles, newest first. */
  list(): Promise<BundleNote[]>
  /** Forgets a bundle, whole or not. Blobs that were read from it may become unreadable. */
  remove(key: string): Promise<void>
  usage(): Promise<StoreUsage>
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

export interface StoredBundle {
  readonly note: BundleNote
  readonly manifest: BundleManifest
  readonly files: BundleBlobs
}

/** Several files may be written at once. */
export interface BundleWriter {
  /** Files that are whole and verified, by path: they need not be fetched. */
  readonly finished: ReadonlyMap<string, Blob>
  open(path: string): Promise<FileWriter>
  /** Ends the bundle, all of whose files must be finished. */
  complete(): Promise<StoredBundle>
  /** Leaves nothing behind. Every file must be closed or aborted by then. Never throws. */
  discard(): Promise<void>
}

/** One file of a bundle, written from its beginning to its end. Whoever writes has verified the bytes before `close`. */
export interface FileWriter {
  /** The bytes are the caller's again when the promise resolves. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
  /** Lets go of the unfinished file. Never throws. */
  abort(): Promise<void>
}

/** A bundle's files, each a Blob; those of a store on disk stay there until they are read. */
export class BundleBlobs {
  private readonly blobs: ReadonlyMap<string, Blob>

  constructor(manifest: BundleManifest, files: ReadonlyMap<string, Blob>) {
    this.blobs = new Map([...files, [manifestPath, new Blob([manifest.bytes])]])
  }

  /** A whole file. Throws BundleError `missing-file`. */
  async read(path: string): Promise<Blob> {
    const blob = this.blobs.get(path)
    if (blob) return blob
    throw missingFile(path, `The bundle has no file ${path}.`)
  }

  /** Every file, the manifest included. */
  all(): BundleFile[] {
    return Array.from(this.blobs, ([path, blob]) => ({ path, blob }))
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
