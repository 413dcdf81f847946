import { makeZip, predictLength } from 'client-zip'
import { BundleError } from '../base/errors.ts'
import { manifestPath } from './bundle-manifest.ts'
import type { BundleFile } from './bundle-source.ts'
import { chunksOf } from './folder-files.ts'
import { ProgressCounter, type TransferProgress } from './progress.ts'

export interface ExportOptions {
  readonly onProgress?: (progress: TransferProgress) => void
  readonly signal?: AbortSignal
}

/**
 * Writes a bundle's files into a folder `name` inside the one given, the manifest last: a folder without one is no bundle.
 * Throws BundleError `export-failed`, `unreadable-file`, or the reason of an abort.
 */
export async function exportToFolder(
  parent: FileSystemDirectoryHandle,
  name: string,
  files: readonly BundleFile[],
  { onProgress, signal }: ExportOptions = {},
): Promise<void> {
  const progress = new ProgressCounter(bytesOf(files), onProgress)
  await exporting(signal, async () => {
    const folder = await parent.getDirectoryHandle(name, { create: true })
    for (const { path, blob } of manifestLast(files)) {
      const parts = path.split('/')
      let place = folder
      for (const part of parts.slice(0, -1)) place = await place.getDirectoryHandle(part, { create: true })
      const file = await place.getFileHandle(parts.at(-1) ?? '', { create: true })
      const out = await file.createWritable()
      try {
        for await (const chunk of chunksOf(path, blob)) {
          signal?.throwIfAborted()
          await out.write(chunk)
          progress.add(chunk.length)
        }
        await out.close()
      } catch (error) {
        // Nothing of it appears.
        await out.abort().catch(() => undefined)
        throw error
      }
    }
  })
}

/** A zip of a bundle in a folder `name`, made while it is read; nothing is compressed, as weights do not get smaller. */
export function zipOf(
  name: string,
  files: readonly BundleFile[],
): { readonly bytes: number; stream(): ReadableStream<Uint8Array> } {
  const lastModified = new Date()
  const entries = manifestLast(files).map(({ path, blob }) => ({
    name: `${name}/${path}`,
    lastModified,
    size: blob.size,
    input: blob,
  }))
  return {
    bytes: Number(predictLength(entries)),
    stream: () => makeZip(entries.map(({ input, ...entry }) => ({ ...entry, input: input.stream() }))),
  }
}

/**
 * Writes the zip to a file while it is made. Throws BundleError `export-failed`, or the reason of an abort.
 */
export async function exportToZip(
  file: FileSystemFileHandle,
  name: string,
  files: readonly BundleFile[],
  { onProgress, signal }: ExportOptions = {},
): Promise<void> {
  const zip = zipOf(name, files)
  const progress = new ProgressCounter(zip.bytes, onProgress)
  await exporting(signal, async () => {
    const counted = zip.stream().pipeThrough(counter(progress))
    await counted.pipeTo(await file.createWritable(), signal ? { signal } : {})
  })
}

/**
 * The zip as a whole, for browsers that save nothing while it is made: how large it may be is theirs to say.
 * Throws BundleError `export-failed`, or the reason of an abort.
 */
export async function zipBlob(
  name: string,
  files: readonly BundleFile[],
  { onProgress, signal }: ExportOptions = {},
): Promise<Blob> {
  const zip = zipOf(name, files)
  const progress = new ProgressCounter(zip.bytes, onProgress)
  return exporting(signal, async () => {
    const counted = zip.stream().pipeThrough(counter(progress), signal ? { signal } : {})
    return new Response(counted, { headers: { 'content-type': 'application/zip' } }).blob()
  })
}

function counter(progress: ProgressCounter): TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  return new TransformStream({
    transform(chunk, controller) {
      progress.add(chunk.length)
      controller.enqueue(new Uint8Array(chunk))
    },
  })
}

function manifestLast(files: readonly BundleFile[]): BundleFile[] {
  const isManifest = ({ path }: BundleFile) => path === manifestPath
  return [...files.filter((file) => !isManifest(file)), ...files.filter(isManifest)]
}

function bytesOf(files: readonly BundleFile[]): number {
  return files.reduce((sum, { blob }) => sum + blob.size, 0)
}

async function exporting<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    signal?.throwIfAborted()
    if (cause instanceof BundleError) throw cause
    const isFull = cause instanceof DOMException && cause.name === 'QuotaExceededError'
    throw new BundleError({
      code: 'export-failed',
      message: isFull ? 'There is not enough room for the exported bundle.' : 'The bundle could not be written there.',
      action: isFull
        ? 'Free some space, or choose another place.'
        : 'Choose another place, or allow this page to write.',
      recoverable: true,
      cause,
    })
  }
}
