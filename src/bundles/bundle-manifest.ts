import { sha256 } from 'hash-wasm'
import { type Manifest, parseManifest } from '../manifest/manifest.ts'

export const manifestPath = 'manifest.json'
/** A manifest has a few kilobytes; a larger file of its name is something else. */
export const manifestLimitBytes = 2 ** 20

/** A manifest together with the bytes that it was read from. */
export interface BundleManifest {
  /** SHA-256 of the bytes, in hexadecimal: another manifest is another bundle. */
  readonly key: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly text: string
  readonly parsed: Manifest
  /** The sum of the bytes of all files that it lists. */
  readonly totalBytes: number
}

/** Throws BundleError `bad-manifest` or `newer-bundle`. */
export async function readManifest(bytes: Uint8Array<ArrayBuffer>): Promise<BundleManifest> {
  const text = new TextDecoder().decode(bytes)
  const parsed = parseManifest(text)
  const totalBytes = parsed.files.reduce((sum, file) => sum + file.bytes, 0)
  return { key: await sha256(bytes), bytes, text, parsed, totalBytes }
}
