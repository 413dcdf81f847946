import * as v from 'valibot'
import { type BuildFolder, OpenFile, textOf, topFolder } from './build-folder.ts'
import { takeLock } from './bundle-lock.ts'
import { type BundleManifest, manifestPath, readManifest } from './bundle-manifest.ts'
import { type BundleNote, noteOf } from './bundle-store.ts'
import { chunksOf } from './folder-files.ts'
import { guarded } from './opfs-file.ts'
import { openFile, parentOf, subfolder } from './opfs-folder.ts'
import { filesName, markerName } from './opfs-writer.ts'

// The layout is that of `opfs-store.ts`; its marker is written last here, too.
const bundlesName = 'bundles'
const finishedName = 'finished.json'

const finishedSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ name: v.string(), url: v.string(), manifest: v.string() }),
)

interface Finished {
  readonly name: string
  readonly url: string
  readonly manifest: BundleManifest
}

/** Marks a build as finished: all that is left to do is to move its files. Throws BundleError `store-…`. */
export async function finishBuild(
  build: BuildFolder,
  manifest: string,
  { name, url }: { readonly name: string; readonly url: string },
): Promise<void> {
  await build.writeText(finishedName, JSON.stringify({ name, url, manifest }))
}

/**
 * Moves a finished build to the stored bundles, and goes on where an earlier move was interrupted.
 *
 * @returns the note of the stored bundle, or undefined when the build is not finished
 * @throws BundleError `store-…`
 */
export async function storeBuilt(build: BuildFolder): Promise<BundleNote | undefined> {
  return guarded(async () => {
    const finished = await readFinished(build)
    if (!finished) return undefined
    const { key, parsed, bytes } = finished.manifest
    const note = noteOf(finished)
    const release = await takeLock(navigator.locks, key)
    try {
      const bundle = await (await topFolder(bundlesName)).getDirectoryHandle(key, { create: true })
      const target = await bundle.getDirectoryHandle(filesName, { create: true })
      const source = await subfolder(build.folder, filesName)
      for (const file of parsed.files) {
        const isThere = (await openFile(target, file.path))?.size === file.bytes
        if (source && !isThere) await moveFile(source, target, file.path)
      }
      await writeWhole(bundle, manifestPath, bytes)
      await writeWhole(bundle, markerName, new TextEncoder().encode(JSON.stringify(note)))
    } finally {
      release()
    }
    await build.discard()
    return note
  })
}

async function readFinished(build: BuildFolder): Promise<Finished | undefined> {
  const parsed = v.safeParse(finishedSchema, await textOf(build.folder, finishedName))
  if (!parsed.success) return undefined
  const { name, url, manifest } = parsed.output
  return { name, url, manifest: await readManifest(new TextEncoder().encode(manifest)) }
}

/** Renames a file, or copies and removes it where the browser cannot rename. */
async function moveFile(from: FileSystemDirectoryHandle, to: FileSystemDirectoryHandle, path: string): Promise<void> {
  const source = await parentOf(from, path)
  const target = await parentOf(to, path, { create: true })
  const handle = await source.parent.getFileHandle(source.name)
  const move: unknown = Reflect.get(handle, 'move')
  if (typeof move === 'function') {
    await move.call(handle, target.parent, target.name)
    return
  }
  const copy = await OpenFile.open(target.parent, target.name)
  try {
    copy.truncate(0)
    for await (const chunk of chunksOf(path, await handle.getFile())) copy.append(chunk)
    copy.flush()
  } finally {
    copy.close()
  }
  await source.parent.removeEntry(source.name)
}

async function writeWhole(
  folder: FileSystemDirectoryHandle,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const file = await OpenFile.open(folder, name)
  try {
    file.truncate(0)
    file.append(bytes)
    file.flush()
  } finally {
    file.close()
  }
}
