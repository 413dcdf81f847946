import { sha256 } from 'hash-wasm'
import { BundleError } from '../base/errors.ts'
import type { ManifestFile } from '../manifest/manifest.ts'
import type { PartialFile } from './bundle-store.ts'
import { FileCheck } from './file-check.ts'
import type { Chunk } from './file-chunks.ts'

/** What a stored file is found to be. */
export type StoredState =
  /** Size and SHA-256 are the manifest's. */
  | { readonly type: 'right' }
  /** These chunks, by offset, do not read back as they came. */
  | { readonly type: 'damaged'; readonly chunks: readonly number[] }
  /** Every chunk reads back as it came, and the whole is not the manifest's; `hashes` of the chunks in order. */
  | { readonly type: 'wrong'; readonly hashes: string }

/**
 * Reads a stored file of which no chunk is missing, and holds it against the manifest.
 *
 * @param buffer has room for the largest chunk
 * @throws BundleError `store-…`, or the reason of an abort
 */
export async function checkStored(
  file: ManifestFile,
  chunks: readonly Chunk[],
  stored: PartialFile,
  buffer: Uint8Array<ArrayBuffer>,
  signal: AbortSignal,
): Promise<StoredState> {
  try {
    const check = await FileCheck.of(file)
    for (const { at, bytes } of chunks) {
      check.pass(await stored.read(at, buffer.subarray(0, bytes)))
      signal.throwIfAborted()
    }
    check.end()
    return { type: 'right' }
  } catch (error) {
    if (!(error instanceof BundleError && /^(wrong-hash|wrong-size|unreadable-file)$/.test(error.code))) throw error
  }
  const hashes = chunks.map(({ at }) => stored.chunks.get(at)?.sha256)
  const damaged: number[] = []
  for (const [index, { at, bytes }] of chunks.entries()) {
    const data = await stored.read(at, buffer.subarray(0, bytes)).catch(() => undefined)
    if (!data || (await sha256(data)) !== hashes[index]) damaged.push(at)
  }
  return damaged.length > 0 ? { type: 'damaged', chunks: damaged } : { type: 'wrong', hashes: hashes.join() }
}
