import type { ResumableSink } from '../src/build/output/sink.ts'

/** Takes everything and keeps nothing. */
export class Nowhere implements ResumableSink {
  writtenBytes = 0

  async create() {
    return {
      write: async (bytes: Uint8Array) => {
        this.writtenBytes += bytes.length
      },
      close: async () => undefined,
    }
  }

  async noted() {
    return []
  }

  async note() {}

  async reopen() {
    return undefined
  }

  async clear() {}

  async suspend() {}

  async commit() {}

  async discard() {}
}
