import { parseManifest } from '../../manifest/manifest.ts'
import type { BundleFiles } from '../bundle.ts'

/** Name of the browser's cache that holds these bundles. */
const cacheName = 'videmo-checks'
const manifestPath = 'manifest.json'

/**
 * Fetches one of the app's own small bundles into memory; without a network, the copy of the last visit.
 *
 * @param folder ends in a slash
 * Throws TypeError without network and copy, Error if the host does not have the files, ConfigError for a bad manifest.
 */
export async function fetchCheckBundle(folder: URL): Promise<BundleFiles> {
  const cache = await caches.open(cacheName).catch(() => undefined)
  let files: ReadonlyMap<string, Blob>
  try {
    files = await fetchAll(folder)
  } catch (error) {
    const kept = error instanceof TypeError && cache && (await readCached(cache, folder))
    if (!kept) throw error
    files = kept
  }
  if (cache) await storeAll(cache, folder, files).catch(() => undefined)
  return {
    read: async (path) => {
      const file = files.get(path)
      if (!file) throw new Error(`There is no ${path}.`)
      return file
    },
  }
}

async function fetchAll(folder: URL): Promise<ReadonlyMap<string, Blob>> {
  return gather(async (path) => {
    const response = await fetch(new URL(path, folder))
    if (!response.ok) throw new Error(`${path}: ${response.status}`)
    return response.blob()
  })
}

/** The cached bundle; undefined where it is missing or incomplete. */
async function readCached(cache: Cache, folder: URL): Promise<ReadonlyMap<string, Blob> | undefined> {
  try {
    return await gather(async (path) => {
      const response = await cache.match(new URL(path, folder))
      if (!response) throw new Error(`${path} is not cached.`)
      return response.blob()
    })
  } catch {
    return undefined
  }
}

async function gather(read: (path: string) => Promise<Blob>): Promise<ReadonlyMap<string, Blob>> {
  // The manifest is read first: without it there is no need to ask for the other files.
  const manifest = await read(manifestPath)
  const { files } = parseManifest(await manifest.text())
  const all = await Promise.all(files.map(async ({ path }) => [path, await read(path)] as const))
  return new Map([[manifestPath, manifest], ...all])
}

/** Deletes the old manifest first and stores the new one last, so that a cached manifest always fits the files. */
async function storeAll(cache: Cache, folder: URL, files: ReadonlyMap<string, Blob>): Promise<void> {
  const urlOf = (path: string) => new URL(path, folder)
  const kept = await (await cache.match(urlOf(manifestPath)))?.text()
  if (kept === (await files.get(manifestPath)?.text())) return
  await cache.delete(urlOf(manifestPath))
  for (const [path, file] of [...files].reverse()) await cache.put(urlOf(path), new Response(file))
}
