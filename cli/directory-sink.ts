import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { BuildError } from '../src/base/errors.ts'
import type { BundleSink, FileSink } from '../src/build/output/sink.ts'

/**
 * A bundle folder that appears whole or not at all: files go to `<out>.partial`, which takes the name `out` on commit.
 * An earlier bundle there is replaced; a folder that is no bundle is refused.
 */
export class DirectorySink implements BundleSink {
  private readonly partial: string

  private constructor(private readonly out: string) {
    this.partial = `${out}.partial`
  }

  /** Throws BuildError `not-a-bundle`. */
  static async open(out: string): Promise<DirectorySink> {
    const exists = await isThere(out)
    if (exists && !(await isThere(join(out, 'manifest.json'))) && !(await isThere(join(out, 'onnx')))) {
      throw new BuildError({
        code: 'not-a-bundle',
        message: `${out} exists and holds no bundle.`,
        action: 'Choose another --out, or remove that folder yourself.',
        subject: out,
      })
    }
    const sink = new DirectorySink(out)
    await rm(sink.partial, { recursive: true, force: true })
    await sink.attempt(sink.partial, () => mkdir(sink.partial, { recursive: true }))
    return sink
  }

  async create(path: string): Promise<FileSink> {
    const full = join(this.partial, path)
    const file = await this.attempt(path, async () => {
      await mkdir(dirname(full), { recursive: true })
      return open(full, 'w')
    })
    return {
      write: async (bytes) => {
        await this.attempt(path, async () => {
          for (let done = 0; done < bytes.length; ) {
            done += (await file.write(bytes, done, bytes.length - done)).bytesWritten
          }
        })
      },
      close: () => this.attempt(path, () => file.close()),
    }
  }

  async commit(): Promise<void> {
    const old = `${this.out}.old`
    await this.attempt(this.out, async () => {
      await rm(old, { recursive: true, force: true })
      if (await isThere(this.out)) await rename(this.out, old)
      await rename(this.partial, this.out)
      await rm(old, { recursive: true, force: true })
    })
  }

  async discard(): Promise<void> {
    await rm(this.partial, { recursive: true, force: true })
  }

  private async attempt<T>(path: string, write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } catch (cause) {
      const noSpace = (cause as NodeJS.ErrnoException).code === 'ENOSPC'
      throw new BuildError({
        code: noSpace ? 'no-space' : 'write-failed',
        message: noSpace ? `No space left while writing ${path}.` : `${path} could not be written.`,
        action: noSpace
          ? `Free some space on the disk of ${this.out}, or choose another --out.`
          : `Check that ${this.out} can be written.`,
        subject: path,
        cause,
      })
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
