import { BundleError } from '../base/errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { notStored, type StoreProblem, storeFull, storeProblem, withKept } from './bundle-errors.ts'
import { type BundleManifest, readManifest } from './bundle-manifest.ts'
import type { HttpOptions } from './bundle-requests.ts'
import type { BundleFile, BundleSource } from './bundle-source.ts'
import {
  BundleBlobs,
  type BundleDraft,
  type BundleStore,
  type BundleWriter,
  type StoredBundle,
  type StoredPart,
} from './bundle-store.ts'
import { isPassing, isRefused } from './download-errors.ts'
import { bundleFiles, checkHash, checkSizes, readFolderManifest } from './folder-files.ts'
import { bundleUrl, downloadFiles, fetchManifest } from './http-bundle.ts'
import { ProgressCounter, type TransferProgress } from './progress.ts'

export interface ObtainOptions extends HttpOptions {
  /** Bundles are kept in `primary`, or in `fallback` where there is no primary store or it fails. */
  readonly stores: { readonly primary?: BundleStore; readonly fallback: BundleStore }
  /**
   * Called when the manifest is read, before any other file is; what it throws ends the load. `isStored` tells that the
   * files are on this device already and nothing will be fetched; otherwise `room` tells what is missing.
   */
  readonly onManifest?: (manifest: Manifest, isStored: boolean, room?: BundleRoom) => void | Promise<void>
  /** Called about once a second while another tab is storing the same bundle. */
  readonly onWait?: () => void
  /** Called at most ten times a second while files are downloaded or hashed. The count steps back when a store fails. */
  readonly onProgress?: (progress: TransferProgress) => void
  /** Whether the app has verified these files before: then their sizes are checked and their hashes are not. */
  readonly trusted?: boolean
  /** The clock for rates, in milliseconds; default: `performance.now`. */
  readonly now?: () => number
}

/** How much of a bundle a store has already, and whether the rest will fit. */
export interface BundleRoom {
  /** Bytes that an earlier load stored, which need not be fetched again. */
  readonly storedBytes: number
  /** Bytes that this site may still store, by the browser's estimate; undefined where it gives none. */
  readonly freeBytes?: number
}

/** What a person should know of a load that succeeded. */
export type BundleNotice =
  /** The bundle was loaded, but will have to be fetched again next time. */
  | { readonly kind: 'not-kept'; readonly reason: StoreProblem; readonly message: string; readonly action: string }
  /**
   * The bundle that was stored earlier from this address, at `savedAt` (ISO 8601): the address could not be reached, or
   * its server refused it for the reason `why`.
   */
  | { readonly kind: 'offline'; readonly savedAt: string; readonly why?: string }

export interface ObtainedBundle {
  readonly name: string
  readonly manifest: Manifest
  readonly manifestText: string
  readonly files: BundleBlobs
  readonly store: 'opfs' | 'memory' | 'folder'
  /** Every file, the manifest included, where the store lives only as long as this page or worker. */
  readonly kept?: readonly BundleFile[]
  readonly notices: readonly BundleNotice[]
}

/**
 * Loads a bundle's files, every one verified: from a store, over the network into a store, or from a chosen folder. A
 * primary store that fails is reported by a notice and not by an error.
 *
 * @throws BundleError `bad-url`, `not-a-bundle`, `bad-manifest`, `newer-bundle`, `not-stored`, `missing-file`,
 *   `wrong-size`, `wrong-hash`, `changed-in-transit`, `changed-on-disk`, `unreadable-file` or `network`, one called as a
 *   server's refusal (`download-errors.ts`), what `onManifest` throws, or the reason of an abort
 */
export async function obtainBundle(source: BundleSource, options: ObtainOptions): Promise<ObtainedBundle> {
  if (source.type === 'stored') return fromStore(source, options)
  return source.type === 'url' ? new UrlLoad(source.url, options).run() : fromFolder(source, options)
}

/** A bundle of the primary store. Throws BundleError `not-stored`. */
async function fromStore(
  { key, name }: Extract<BundleSource, { type: 'stored' }>,
  { stores, onManifest, signal }: ObtainOptions,
): Promise<ObtainedBundle> {
  const stored = await stores.primary?.find(key)
  if (!stored) throw notStored(name)
  const { manifest, files } = stored
  await onManifest?.(manifest.parsed, true)
  signal?.throwIfAborted()
  await stores.primary?.noteUse(key)
  return { name, manifest: manifest.parsed, manifestText: manifest.text, files, store: 'opfs', notices: [] }
}

/** The name that a bundle gets from its address: the last part of the path, or else the host. */
function bundleName(url: string): string {
  const { pathname, host } = new URL(url)
  const last = pathname.split('/').filter(Boolean).at(-1)
  if (last === undefined) return host
  try {
    return decodeURIComponent(last)
  } catch {
    return last
  }
}

interface Found {
  readonly bundle: StoredBundle
  readonly store: BundleStore
}

class UrlLoad {
  readonly #base: string
  readonly #notices: BundleNotice[] = []
  /** Undefined where there is none, and after it has failed. */
  #primary: BundleStore | undefined
  readonly #fallback: BundleStore

  readonly #options: ObtainOptions

  constructor(url: string, options: ObtainOptions) {
    this.#options = options
    this.#base = bundleUrl(url)
    this.#primary = options.stores.primary
    this.#fallback = options.stores.fallback
  }

  async run(): Promise<ObtainedBundle> {
    const { onManifest, signal } = this.#options
    let manifest: BundleManifest
    try {
      const mayWait = async () => (await this.#findFromHere()) === undefined
      manifest = await readManifest(await fetchManifest(this.#base, { ...this.#options, mayWait }))
    } catch (error) {
      const found = isRefused(error) ? await this.#findFromHere() : undefined
      if (!found || !isRefused(error)) throw error
      const why = error.code === 'network' ? {} : { why: error.message }
      this.#notices.push({ kind: 'offline', savedAt: found.bundle.note.savedAt, ...why })
      return this.#open(found)
    }
    const found = await this.#find((store) => store.find(manifest.key))
    if (found) return this.#open(found)
    await onManifest?.(manifest.parsed, false, await this.#roomFor(manifest))
    signal?.throwIfAborted()
    return this.#obtained(await this.#download(manifest))
  }

  async #open(found: Found): Promise<ObtainedBundle> {
    await this.#options.onManifest?.(found.bundle.manifest.parsed, true)
    this.#options.signal?.throwIfAborted()
    return this.#obtained(found)
  }

  /** The newest whole bundle that was loaded from this address. */
  #findFromHere(): Promise<Found | undefined> {
    return this.#find(async (store) => {
      for (const { key, url, state } of await store.list()) {
        const bundle = state === 'whole' && url === this.#base ? await store.find(key) : undefined
        if (bundle) return bundle
      }
      return undefined
    })
  }

  async #find(search: (store: BundleStore) => Promise<StoredBundle | undefined>): Promise<Found | undefined> {
    for (const store of [this.#primary, this.#fallback]) {
      if (!store) continue
      try {
        const bundle = await search(store)
        if (bundle) return { bundle, store }
      } catch (error) {
        await this.#giveUp(store, error)
      }
    }
    return undefined
  }

  async #roomFor({ key }: BundleManifest): Promise<BundleRoom> {
    for (const store of [this.#primary, this.#fallback]) {
      if (!store) continue
      try {
        const { freeBytes } = await store.usage()
        const stored = (await store.list()).find((entry) => entry.key === key)
        return { storedBytes: stored?.storedBytes ?? 0, ...(freeBytes === undefined ? {} : { freeBytes }) }
      } catch (error) {
        await this.#giveUp(store, error)
      }
    }
    return { storedBytes: 0 }
  }

  async #download(manifest: BundleManifest): Promise<Found> {
    const primary = this.#primary
    const fallback = this.#fallback
    const { signal, onWait } = this.#options
    const draft: BundleDraft = { manifest, name: bundleName(this.#base), url: this.#base }
    const waiting = { ...(signal ? { signal } : {}), ...(onWait ? { onWait } : {}) }
    let parts: StoredPart[] = []
    if (primary) {
      let writer: BundleWriter | undefined
      try {
        writer = await primary.begin(draft, waiting)
        return { bundle: await this.#fill(writer, manifest), store: primary }
      } catch (error) {
        if (storeProblem(error) === undefined) throw error
        const storedBytes = writer?.storedBytes() ?? 0
        // What the primary store has stays there and is read from there; the rest goes into the fallback.
        parts = (await writer?.salvage()) ?? []
        await this.#giveUp(primary, error, { manifest, storedBytes })
      } finally {
        await writer?.suspend()
      }
    }
    const writer = await fallback.begin(draft, { ...waiting, parts })
    try {
      return { bundle: await this.#fill(writer, manifest), store: fallback }
    } catch (error) {
      // After a canceled load nothing is kept in memory, which is scarce.
      if (signal?.aborted) await fallback.remove(manifest.key)
      throw error
    } finally {
      await writer.suspend()
    }
  }

  async #fill(writer: BundleWriter, { parsed, totalBytes }: BundleManifest): Promise<StoredBundle> {
    const progress = new ProgressCounter(totalBytes, this.#options.onProgress, this.#options.now)
    progress.restart(writer.storedBytes())
    try {
      await downloadFiles(this.#base, parsed.files, writer, {
        ...this.#options,
        onBytes: (bytes) => progress.add(bytes),
      })
    } catch (error) {
      const storedBytes = writer.storedBytes()
      throw isPassing(error) && storedBytes > 0 ? withKept(error, storedBytes, totalBytes) : error
    }
    return writer.complete()
  }

  /** Goes on without the primary store, with a notice. Rethrows an error that is not the primary store's. */
  async #giveUp(
    store: BundleStore,
    error: unknown,
    lack?: { readonly manifest: BundleManifest; readonly storedBytes: number },
  ): Promise<void> {
    const reason = storeProblem(error)
    if (store !== this.#primary || reason === undefined || !(error instanceof BundleError)) throw error
    this.#primary = undefined
    const { message, action } = reason === 'full' && lack ? await fullError(store, lack, error) : error
    this.#notices.push({ kind: 'not-kept', reason, message, action })
  }

  async #obtained({ bundle: { note, manifest, files }, store }: Found): Promise<ObtainedBundle> {
    await store.noteUse(note.key)
    return {
      name: note.name,
      manifest: manifest.parsed,
      manifestText: manifest.text,
      files,
      store: store.kind,
      ...(store.kind === 'memory' ? { kept: files.all() } : {}),
      notices: this.#notices,
    }
  }
}

async function fullError(
  store: BundleStore,
  { manifest, storedBytes }: { readonly manifest: BundleManifest; readonly storedBytes: number },
  cause: BundleError,
): Promise<BundleError> {
  const { totalBytes, key } = manifest
  try {
    const { freeBytes } = await store.usage()
    const others = (await store.list()).filter((entry) => entry.key !== key)
    others.sort((a, b) => b.storedBytes - a.storedBytes)
    return storeFull({ totalBytes, storedBytes, freeBytes, others }, cause)
  } catch {
    return cause
  }
}

async function fromFolder(
  source: Extract<BundleSource, { type: 'files' }>,
  { onManifest, onProgress, signal, trusted = false, now }: ObtainOptions,
): Promise<ObtainedBundle> {
  const given = bundleFiles(source.name, source.files)
  const manifest = await readManifest(await readFolderManifest(source.name, given))
  signal?.throwIfAborted()
  await onManifest?.(manifest.parsed, true)
  const listed = manifest.parsed.files
  const blobs = checkSizes(listed, given)
  if (!trusted) {
    const progress = new ProgressCounter(manifest.totalBytes, onProgress, now)
    for (const { file, blob } of blobs) await checkHash(file, blob, (bytes) => progress.add(bytes), signal)
  }
  const files = new BundleBlobs(manifest, new Map(blobs.map(({ file, blob }) => [file.path, blob])))
  return {
    name: source.name,
    manifest: manifest.parsed,
    manifestText: manifest.text,
    files,
    store: 'folder',
    kept: files.all(),
    notices: [],
  }
}
