import { parseManifest } from '../../manifest/manifest.ts'
import type { BundleFiles } from '../bundle.ts'

const shelfName = 'videmo-checks'
const manifestPath = 'manifest.json'

/**
 * A small bundle of the app's own, in memory: from the network, and where there is none as it was at the last visit.
 *
 * @param folder ends in a slash
 * Throws TypeError without both, Error where the host does not have it, ConfigError.
 */
export async function fetchFolder(folder: URL): Promise<BundleFiles> {
  const shelf = await caches.open(shelfName).catch(() => undefined)
  let files: ReadonlyMap<string, Blob>
  try {
    files = await fetchAll(folder)
  } catch (error) {
    const kept = error instanceof TypeError && shelf && (await takeAll(shelf, folder))
    if (!kept) throw error
    files = kept
  }
  if (shelf) await keepAll(shelf, folder, files).catch(() => undefined)
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

/** Nothing where it is not there, or not whole. */
async function takeAll(shelf: Cache, folder: URL): Promise<ReadonlyMap<string, Blob> | undefined> {
  try {
    return await gather(async (path) => {
      const response = await shelf.match(new URL(path, folder))
      if (!response) throw new Error(`${path} was not kept.`)
      return response.blob()
    })
  } catch {
    return undefined
  }
}

async function gather(read: (path: string) => Promise<Blob>): Promise<ReadonlyMap<string, Blob>> {
  // Tells at once whether there is anything.
  const manifest = await read(manifestPath)
  const { files } = parseManifest(await manifest.text())
  const all = await Promise.all(files.map(async ({ path }) => [path, await read(path)] as const))
  return new Map([[manifestPath, manifest], ...all])
}

/** The manifest goes first and comes last: where there is one, it is that of the files beside it. */
async function keepAll(shelf: Cache, folder: URL, files: ReadonlyMap<string, Blob>): Promise<void> {
  const urlOf = (path: string) => new URL(path, folder)
  const kept = await (await shelf.match(urlOf(manifestPath)))?.text()
  if (kept === (await files.get(manifestPath)?.text())) return
  await shelf.delete(urlOf(manifestPath))
  for (const [path, file] of [...files].reverse()) await shelf.put(urlOf(path), new Response(file))
}
