import { BuildError } from '../../base/errors.ts'
import type { BundleSink, FileSink } from './sink.ts'

/** A bundle sink in memory, for tests; can run out of space. */
export class MemorySink implements BundleSink {
  /** Files of the finished bundle; empty until committed. */
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>()
  /** Whether the bundle is being written, was committed, or was discarded. */
  state: 'open' | 'committed' | 'discarded' = 'open'
  largestWrite = 0
  private readonly parts = new Map<string, Uint8Array[]>()
  private used = 0

  constructor(private readonly capacity = Number.POSITIVE_INFINITY) {}

  async create(path: string): Promise<FileSink> {
    if (this.parts.has(path)) throw new Error(`${path} created twice`)
    const parts: Uint8Array[] = []
    this.parts.set(path, parts)
    return {
      write: async (bytes) => {
        this.used += bytes.length
        this.largestWrite = Math.max(this.largestWrite, bytes.length)
        if (this.used > this.capacity) {
          throw new BuildError({ code: 'no-space', message: 'No space.', action: 'Free some.', subject: path })
        }
        parts.push(bytes.slice())
      },
      close: async () => {},
    }
  }

  async commit(): Promise<void> {
    for (const [path, parts] of this.parts) {
      const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
      let at = 0
      for (const part of parts) {
        whole.set(part, at)
        at += part.length
      }
      this.files.set(path, whole)
    }
    this.state = 'committed'
  }

  async discard(): Promise<void> {
    this.parts.clear()
    this.state = 'discarded'
  }

  text(path: string): string {
    return new TextDecoder().decode(this.files.get(path))
  }
}
