import { BundleError } from '../errors.ts'
import type { Manifest } from '../manifest/manifest.ts'
import { notStored, type StoreProblem, storeProblem } from './bundle-errors.ts'
import { type BundleManifest, readManifest } from './bundle-manifest.ts'
import type { BundleFile, BundleSource } from './bundle-source.ts'
import {
  BundleBlobs,
  type BundleDraft,
  type BundleStore,
  type BundleWriter,
  type StoredBundle,
} from './bundle-store.ts'
import { bundleFiles, checkHash, checkSizes, chunksOf, readFolderManifest } from './folder-files.ts'
import { bundleUrl, downloadFiles, fetchManifest, type HttpOptions } from './http-bundle.ts'
import { ProgressCounter, type TransferProgress } from './progress.ts'

export interface ObtainOptions extends HttpOptions {
  /** Bundles are kept in `primary`; in `fallback` where there is none or it fails. */
  readonly stores: { readonly primary?: BundleStore; readonly fallback: BundleStore }
  /**
   * Called when the manifest is read, before any other byte is; what it throws ends the load. `isStored` when the
   * files are on this device already and nothing will be fetched.
   */
  readonly onManifest?: (manifest: Manifest, isStored: boolean) => void | Promise<void>
  /** Of a download, or of the hashing of a folder; ten times a second at most. Steps back when a store fails. */
  readonly onProgress?: (progress: TransferProgress) => void
  /** Files that this app has verified before: their sizes are checked, their hashes are not. */
  readonly trusted?: boolean
  /** A clock in milliseconds, for rates. */
  readonly now?: () => number
}

/** What a person should know of a load that went well. */
export type BundleNotice =
  /** The bundle was loaded, but will have to be fetched again next time. */
  | { readonly kind: 'not-kept'; readonly reason: StoreProblem; readonly message: string; readonly action: string }
  /** The address could not be reached; this is what was stored from it at that time (ISO 8601). */
  | { readonly kind: 'offline'; readonly savedAt: string }

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
 * `wrong-hash`, `unreadable-file` or `network`, what `onManifest` throws, or the reason of an abort. A primary store
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
  private readonly base: string
  private readonly notices: BundleNotice[] = []
  /** Undefined once it has failed. */
  private primary: BundleStore | undefined
  private readonly fallback: BundleStore

  constructor(
    url: string,
    private readonly options: ObtainOptions,
  ) {
    this.base = bundleUrl(url)
    this.primary = options.stores.primary
    this.fallback = options.stores.fallback
  }

  async run(): Promise<ObtainedBundle> {
    const { onManifest, signal } = this.options
    let manifest: BundleManifest
    try {
      manifest = await readManifest(await fetchManifest(this.base, this.options))
    } catch (error) {
      const isOffline = error instanceof BundleError && error.code === 'network'
      const found = isOffline ? await this.findFromHere() : undefined
      if (!found) throw error
      this.notices.push({ kind: 'offline', savedAt: found.bundle.note.savedAt })
      return this.open(found)
    }
    const found = await this.find((store) => store.find(manifest.key))
    if (found) return this.open(found)
    await onManifest?.(manifest.parsed, false)
    signal?.throwIfAborted()
    return this.obtained(await this.download(manifest))
  }

  private async open(found: Found): Promise<ObtainedBundle> {
    await this.options.onManifest?.(found.bundle.manifest.parsed, true)
    this.options.signal?.throwIfAborted()
    return this.obtained(found)
  }

  /** The newest whole bundle that was once loaded from this address. */
  private findFromHere(): Promise<Found | undefined> {
    return this.find(async (store) => {
      for (const { key, url } of await store.list()) {
        const bundle = url === this.base ? await store.find(key) : undefined
        if (bundle) return bundle
      }
      return undefined
    })
  }

  private async find(search: (store: BundleStore) => Promise<StoredBundle | undefined>): Promise<Found | undefined> {
    for (const store of [this.primary, this.fallback]) {
      if (!store) continue
      try {
        const bundle = await search(store)
        if (bundle) return { bundle, store }
      } catch (error) {
        this.giveUp(store, error)
      }
    }
    return undefined
  }

  private async download(manifest: BundleManifest): Promise<Found> {
    const { primary, fallback } = this
    const draft: BundleDraft = { manifest, name: bundleName(this.base), url: this.base }
    const progress = new ProgressCounter(manifest.totalBytes, this.options.onProgress, this.options.now)
    let given: BundleWriter | undefined
    if (primary) {
      try {
        given = await primary.begin(draft)
        return { bundle: await this.fill(given, manifest, progress), store: primary }
      } catch (error) {
        if (storeProblem(error) === undefined) {
          await given?.discard()
          throw error
        }
        this.giveUp(primary, error)
      }
    }
    const spare = await fallback.begin(draft)
    try {
      try {
        if (given) await copyFinished(given, spare, this.options.signal)
      } finally {
        await given?.discard()
      }
      return { bundle: await this.fill(spare, manifest, progress), store: fallback }
    } catch (error) {
      await spare.discard()
      throw error
    }
  }

  private async fill(
    writer: BundleWriter,
    { parsed }: BundleManifest,
    progress: ProgressCounter,
  ): Promise<StoredBundle> {
    const finished = parsed.files.filter(({ path }) => writer.finished.has(path))
    progress.restart(finished.reduce((sum, { bytes }) => sum + bytes, 0))
    await downloadFiles(this.base, parsed.files, writer, {
      ...this.options,
      onBytes: (bytes) => progress.add(bytes),
    })
    return writer.complete()
  }

  /** Goes on without the primary store. Throws what is no fault of it. */
  private giveUp(store: BundleStore, error: unknown): void {
    const reason = storeProblem(error)
    if (store !== this.primary || reason === undefined || !(error instanceof BundleError)) throw error
    this.primary = undefined
    this.notices.push({ kind: 'not-kept', reason, message: error.message, action: error.action })
  }

  private obtained({ bundle: { note, manifest, files }, store }: Found): ObtainedBundle {
    return {
      name: note.name,
      manifest: manifest.parsed,
      manifestText: manifest.text,
      files,
      store: store.kind,
      ...(store.kind === 'memory' ? { kept: files.all() } : {}),
      notices: this.notices,
    }
  }
}

/** Saves what a failed store has finished from being fetched again. */
async function copyFinished(from: BundleWriter, to: BundleWriter, signal: AbortSignal | undefined): Promise<void> {
  for (const [path, blob] of from.finished) {
    const out = await to.open(path)
    try {
      for await (const chunk of chunksOf(path, blob)) {
        signal?.throwIfAborted()
        await out.write(chunk)
      }
      await out.close()
    } catch (error) {
      await out.abort()
      // A store that failed may not give back what it took; then the file is fetched after all.
      if (!(error instanceof BundleError && error.code === 'unreadable-file')) throw error
    }
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
