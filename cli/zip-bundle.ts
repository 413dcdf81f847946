import { createReadStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { makeZip, predictLength } from 'client-zip'
import { BundleError } from '../src/base/errors.ts'
import { parseManifest } from '../src/manifest/manifest.ts'
import { BundleDirectory } from './bundle-directory.ts'

/**
 * Writes a bundle as one zip, in a folder of the bundle's name, as the page exports it: for a host to unpack, or for
 * keeping. Holds exactly the files that the manifest names, and last the manifest. Nothing is compressed, since weights do
 * not get smaller.
 *
 * @param bundle folder that `build` wrote
 * @param out the zip file to write; one that is there is replaced
 * @returns bytes of the zip
 * @throws BundleError `missing-file` for a file that is named and not there, `bad-manifest`, `newer-bundle`, and
 *   `export-failed` where the zip cannot be written
 */
export async function zipBundle(bundle: string, out: string): Promise<number> {
  const directory = new BundleDirectory(bundle)
  const manifest = parseManifest(new TextDecoder().decode(await directory.read('manifest.json')))
  const paths = [...manifest.files.map(({ path }) => path), 'manifest.json']
  const lastModified = new Date()
  const entries = await Promise.all(
    paths.map(async (path) => ({
      name: `${basename(resolve(bundle))}/${path}`,
      lastModified,
      size: await bytesOf(directory, path),
      input: pieces(directory.pathOf(path)),
    })),
  )
  try {
    const file = await open(out, 'w')
    try {
      for await (const piece of makeZip(entries)) await file.write(piece)
    } finally {
      await file.close()
    }
  } catch (cause) {
    await rm(out, { force: true }).catch(() => undefined)
    throw new BundleError({
      code: 'export-failed',
      message: `${out} could not be written.`,
      action: 'Free some space, or give another place.',
      subject: out,
      cause,
    })
  }
  return Number(predictLength(entries))
}

/** The file is opened when the zip comes to it. */
async function* pieces(path: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield* createReadStream(path)
}

async function bytesOf(directory: BundleDirectory, path: string): Promise<number> {
  try {
    return (await stat(directory.pathOf(path))).size
  } catch (cause) {
    throw new BundleError({
      code: 'missing-file',
      message: `${path} is missing from ${directory.folder}, or cannot be read.`,
      action: 'Build the bundle again.',
      subject: path,
      cause,
    })
  }
}
