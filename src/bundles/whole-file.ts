import type { Chunk } from './file-chunks.ts'

export interface ChunkSink {
  /** Whether the chunk is wanted; the others are skipped. */
  isMissing(chunk: Chunk): boolean
  take(chunk: Chunk, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  /** Called with the count of bytes of missing chunks that came, or with a minus of those of one that did not come whole. */
  onBytes(bytes: number): void
}

/**
 * Takes missing chunks out of a whole file that comes from its beginning. What comes after its end is not read.
 *
 * @param buffer has room for the largest chunk
 * @returns how many bytes came, where the body ended before the last chunk did; else undefined
 * @throws what the body or `sink.take` throws
 */
export async function takeChunks(
  body: AsyncIterable<Uint8Array>,
  chunks: readonly Chunk[],
  buffer: Uint8Array<ArrayBuffer>,
  sink: ChunkSink,
): Promise<number | undefined> {
  let index = 0
  let filled = 0
  /** Bytes of a missing chunk that has not come whole. */
  let counted = 0
  try {
    for await (const piece of body) {
      for (let from = 0; from < piece.length && index < chunks.length; ) {
        const chunk = chunks[index]
        const part = piece.subarray(from, from + chunk.bytes - filled)
        buffer.set(part, filled)
        filled += part.length
        from += part.length
        const isMissing = sink.isMissing(chunk)
        if (isMissing) {
          counted += part.length
          sink.onBytes(part.length)
        }
        if (filled < chunk.bytes) continue
        counted = 0
        if (isMissing) await sink.take(chunk, buffer.subarray(0, filled))
        index++
        filled = 0
      }
      if (index === chunks.length) return undefined
    }
  } finally {
    if (counted > 0) sink.onBytes(-counted)
  }
  const end = chunks.at(-1)
  return (chunks[index]?.at ?? (end ? end.at + end.bytes : 0)) + filled
}
