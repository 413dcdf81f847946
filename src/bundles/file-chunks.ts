import { chunkBytes, type ManifestFile } from '../manifest/manifest.ts'

/** A chunk is held on the heap, several at a time. */
const mostChunkBytes = 32 * 2 ** 20

/** A stretch of a file. */
export interface Chunk {
  readonly at: number
  readonly bytes: number
  /** In hexadecimal, where the manifest has it. */
  readonly sha256?: string
}

/** A file's chunks in order: the manifest's, or all of `chunkBytes` but the last. An empty file has none. */
export function chunksOfFile(file: ManifestFile): Chunk[] {
  const own = ownChunks(file)
  const size = own?.bytes ?? chunkBytes
  return Array.from({ length: Math.ceil(file.bytes / size) }, (_, index) => {
    const at = index * size
    const sha256 = own?.sha256[index]
    return { at, bytes: Math.min(size, file.bytes - at), ...(sha256 === undefined ? {} : { sha256 }) }
  })
}

/** The manifest's hashes of the file's chunks, where they are of use. */
export function ownChunks({ chunks }: ManifestFile): ManifestFile['chunks'] {
  return chunks && chunks.bytes <= mostChunkBytes ? chunks : undefined
}
