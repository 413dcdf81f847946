import { createSHA256, type IHasher } from 'hash-wasm'
import type { ManifestFile } from '../manifest/manifest.ts'
import { wrongHash, wrongSize } from './bundle-errors.ts'

/** Checks a file's bytes, given in order piece by piece, against the size and the SHA-256 of the manifest. */
export class FileCheck {
  #passed = 0

  readonly #file: ManifestFile
  readonly #hash: IHasher

  private constructor(file: ManifestFile, hash: IHasher) {
    this.#file = file
    this.#hash = hash
  }

  static async of(file: ManifestFile): Promise<FileCheck> {
    return new FileCheck(file, await createSHA256())
  }

  /** Takes the next piece. Throws BundleError `wrong-size` as soon as there are too many bytes. */
  pass(bytes: Uint8Array): void {
    this.#passed += bytes.length
    if (this.#passed > this.#file.bytes) throw wrongSize(this.#file.path, this.#file.bytes, 'more')
    this.#hash.update(bytes)
  }

  /** Ends the file. Throws BundleError `wrong-size` or `wrong-hash`. */
  end(): void {
    if (this.#passed !== this.#file.bytes) throw wrongSize(this.#file.path, this.#file.bytes, String(this.#passed))
    if (this.#hash.digest() !== this.#file.sha256) throw wrongHash(this.#file.path)
  }
}
