import type { FileSink, ResumableSink } from '../output/sink.ts'

/** A folder in memory in which one build after the other resumes; for tests. */
export class MemoryFolder {
  readonly files = new Map<string, Uint8Array<ArrayBuffer>>()
  lines: string[] = []

  sink(): ResumableSink {
    const { files } = this
    const append = (path: string): FileSink => ({
      write: async (bytes) => {
        const before = files.get(path) ?? new Uint8Array()
        const after = new Uint8Array(before.length + bytes.length)
        after.set(before)
        after.set(bytes, before.length)
        files.set(path, after)
      },
      close: async () => undefined,
    })
    return {
      create: async (path) => {
        files.set(path, new Uint8Array())
        return append(path)
      },
      noted: async () => [...this.lines],
      note: async (line) => void this.lines.push(line),
      reopen: async (path, bytes, onKept) => {
        const held = files.get(path)
        if (!held || held.length < bytes) return undefined
        files.set(path, held.slice(0, bytes))
        onKept(held.subarray(0, bytes))
        return append(path)
      },
      clear: async () => {
        files.clear()
        this.lines = []
      },
      suspend: async () => undefined,
      commit: async () => undefined,
      discard: async () => this.files.clear(),
    }
  }
}
