import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BundleError } from '../src/base/errors.ts'
import type { BundleFiles } from '../src/engine/bundle.ts'

/** A bundle in a folder of this machine. */
export class BundleDirectory implements BundleFiles {
  constructor(readonly folder: string) {}

  async read(path: string): Promise<Uint8Array> {
    try {
      return new Uint8Array(await readFile(this.pathOf(path)))
    } catch (cause) {
      throw new BundleError({
        code: 'missing-file',
        message: `${path} is missing from ${this.folder}, or cannot be read.`,
        action: 'Build the bundle again.',
        subject: path,
        cause,
      })
    }
  }

  pathOf(path: string): string {
    return join(this.folder, path)
  }
}
