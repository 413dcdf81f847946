import { blobPieces } from '../base/blob-pieces.ts'
import type { ManifestFile } from '../manifest/manifest.ts'
import { missingFile, notABundle, unreadableFile, wrongSize } from './bundle-errors.ts'
import { manifestLimitBytes, manifestPath } from './bundle-manifest.ts'
import type { BundleFile } from './bundle-source.ts'
import { FileCheck } from './file-check.ts'

/**
 * A path as a browser gives it (`webkitRelativePath`, or an entry's full path with its leading slash) in the form of a
 * manifest's paths: segments joined by single slashes. Undefined for a path that leads out of its folder, or that holds a
 * backslash, a colon or a control character, which no manifest's path does.
 */
export function normalPath(path: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\\:\u0000-\u001f]/.test(path)) return undefined
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length === 0 || parts.includes('..') ? undefined : parts.join('/')
}

/**
 * Finds the bundle among the files of a chosen folder: `manifest.json` at the top or one level down, whether or not
 * the paths begin with the chosen folder's own name. Gives the files beside the manifest, by their paths in it.
 * Throws BundleError `not-a-bundle` when there is no manifest, or more than one, or two files of one path.
 */
export function bundleFiles(name: string, files: readonly BundleFile[]): Map<string, Blob> {
  const inside = withoutCommonFolder(name, files)
  const root = bundleRoot(name, [...inside.keys()])
  const found = new Map<string, Blob>()
  for (const [path, blob] of inside) if (path.startsWith(root)) found.set(path.slice(root.length), blob)
  return found
}

function withoutCommonFolder(name: string, files: readonly BundleFile[]): Map<string, Blob> {
  const byPath = new Map<string, Blob>()
  for (const { path: given, blob } of files) {
    const path = normalPath(given)
    if (path === undefined) continue
    if (byPath.has(path)) {
      throw notABundle(`${name} was given with two files of the name ${path}`, name, 'Choose the folder again.')
    }
    byPath.set(path, blob)
  }
  const [first = ''] = byPath.keys()
  const common = first.slice(0, first.indexOf('/') + 1)
  if (common === '' || ![...byPath.keys()].every((path) => path.startsWith(common))) return byPath
  return new Map(Array.from(byPath, ([path, blob]) => [path.slice(common.length), blob]))
}

/** The path of the manifest's folder, ending with a slash; empty where it is at the top. */
function bundleRoot(name: string, paths: readonly string[]): string {
  if (paths.includes(manifestPath)) return ''
  const roots = paths.filter((path) => path.endsWith(`/${manifestPath}`) && path.split('/').length === 2)
  const [root] = roots
  if (roots.length === 1) return root.slice(0, -manifestPath.length)
  if (root === undefined) {
    throw notABundle(`${name} has no manifest.json`, name, 'Choose the folder that “videmo build” made.')
  }
  const folders = roots.map((path) => path.slice(0, -manifestPath.length - 1)).join(', ')
  throw notABundle(`${name} holds several bundles: ${folders}`, name, 'Choose the folder of one of them.')
}

/** The bytes of a folder's manifest. Throws BundleError `not-a-bundle` or `unreadable-file`. */
export async function readFolderManifest(
  name: string,
  files: ReadonlyMap<string, Blob>,
): Promise<Uint8Array<ArrayBuffer>> {
  const blob = files.get(manifestPath)
  if (!blob || blob.size > manifestLimitBytes) {
    throw notABundle(`${name} has no manifest.json of a bundle`, name, 'Choose the folder that “videmo build” made.')
  }
  try {
    return new Uint8Array(await blob.arrayBuffer())
  } catch (cause) {
    throw unreadableFile(manifestPath, cause)
  }
}

/** Pairs the manifest's files with their Blobs, without reading them. Throws BundleError `missing-file` or `wrong-size`. */
export function checkSizes(listed: readonly ManifestFile[], files: ReadonlyMap<string, Blob>) {
  return listed.map((file) => {
    const blob = files.get(file.path)
    if (!blob) throw missingFile(file.path, `The folder does not have ${file.path}, which the manifest lists.`)
    if (blob.size !== file.bytes) throw wrongSize(file.path, file.bytes, String(blob.size))
    return { file, blob }
  })
}

/**
 * Reads a whole file and checks it against the manifest.
 *
 * @param onBytes called with the count of bytes of each piece that was read
 * @throws BundleError `wrong-size`, `wrong-hash` or `unreadable-file`, or the reason of an abort
 */
export async function checkHash(
  file: ManifestFile,
  blob: Blob,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const check = await FileCheck.of(file)
  for await (const chunk of chunksOf(file.path, blob)) {
    signal?.throwIfAborted()
    check.pass(chunk)
    onBytes(chunk.length)
  }
  check.end()
}

/** A Blob's bytes in order, in pieces of at most 4 MiB. Throws BundleError `unreadable-file`. */
export async function* chunksOf(path: string, blob: Blob): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    yield* blobPieces(blob)
  } catch (cause) {
    throw unreadableFile(path, cause)
  }
}
