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
  /** Bundles are kept in `primary`; in `fallback` where there is none or it fails. */
  readonly stores: { readonly primary?: BundleStore; readonly fallback: BundleStore }
  /**
   * Called when the manifest is read, before any other byte is; what it throws ends the load. `isStored` when the
   * files are on this device already and nothing will be fetched; otherwise `room` says what is missing.
   */
  readonly onManifest?: (manifest: Manifest, isStored: boolean, room?: BundleRoom) => void | Promise<void>
  /** Called about once a second while another tab is storing the same bundle. */
  readonly onWait?: () => void
  /** Of a download, or of the hashing of a folder; ten times a second at most. Steps back when a store fails. */
  readonly onProgress?: (progress: TransferProgress) => void
  /** Files that this app has verified before: their sizes are checked, their hashes are not. */
  readonly trusted?: boolean
  /** A clock in milliseconds, for rates. */
  readonly now?: () => number
}

/** What a store has of a bundle that is not whole, and whether the rest will fit. */
export interface BundleRoom {
  /** Stored earlier; need not be fetched. */
  readonly storedBytes: number
  /** What this site may still store, where the browser says so; an estimate. */
  readonly freeBytes?: number
}

/** What a person should know of a load that went well. */
export type BundleNotice =
  /** The bundle was loaded, but will have to be fetched again next time. */
  | { readonly kind: 'not-kept'; readonly reason: StoreProblem; readonly message: string; readonly action: string }
  /**
   * The address could not be reached, or `why` the server does not give it now; this is what was stored from it at that
   * time (ISO 8601).
   */
  | { readonly kind: 'offline'; readonly savedAt: string; readonly why?: string }

export interface ObtainedBundle {
  readonly name: string
  readonly manifest: Manifest
  readonly manifestText: string
  readonly files: BundleBlobs
  readonly store: 'opfs' | 'memory' | 'folder'
  /** Every file, the manifest included, where the store ends with this page or worker. */
  readonly kept?: readonly BundleFile[]
  readonly notices: readonly BundleNotice[]
}

/**
 * Gets hold of a bundle's files, every one verified: from a store, over the network into a store, or from a chosen
 * folder. Throws BundleError `bad-url`, `not-a-bundle`, `bad-manifest`, `newer-bundle`, `missing-file`, `wrong-size`,
 * `wrong-hash`, `unreadable-file` or `network`, what the server's refusals are called (`download-errors.ts`), what `onManifest` throws, or the reason of an abort. A primary store
 * that fails is a notice and no error.
 */
export async function obtainBundle(source: BundleSource, options: ObtainOptions): Promise<ObtainedBundle> {
  if (source.type === 'stored') return fromStore(source, options)
  return source.type === 'url' ? new UrlLoad(source.url, options).run() : fromFolder(source, options)
}

/** Throws BundleError `not-stored` too. */
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

/** The last part of a bundle's address. */
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
  /** Undefined once it has failed. */
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

  /** The newest whole bundle that was once loaded from this address. */
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
        // What it has stays where it is; the rest goes elsewhere.
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
      // Nobody wants it any more, and memory is dear.
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

  /** Goes on without the primary store. Throws what is no fault of it. */
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
