import { chunkBytes, type ManifestFile } from '../manifest/manifest.ts'

/** Chunks are held in memory, several at a time, so larger ones of a manifest are not used. */
const mostChunkBytes = 32 * 2 ** 20

/** A stretch of a file that is fetched, hashed and stored as one. */
export interface Chunk {
  /** Its offset in the file, in bytes. */
  readonly at: number
  readonly bytes: number
  /** In hexadecimal; undefined where the manifest does not have it. */
  readonly sha256?: string
}

/** A file's chunks in order: the manifest's, or else chunks of `chunkBytes`, the last one shorter. An empty file has none. */
export function chunksOfFile(file: ManifestFile): Chunk[] {
  const own = ownChunks(file)
  const size = own?.bytes ?? chunkBytes
  return Array.from({ length: Math.ceil(file.bytes / size) }, (_, index) => {
    const at = index * size
    const sha256 = own?.sha256[index]
    return { at, bytes: Math.min(size, file.bytes - at), ...(sha256 === undefined ? {} : { sha256 }) }
  })
}

/** The manifest's hashes of the file's chunks; undefined where it has none, or its chunks are too large. */
export function ownChunks({ chunks }: ManifestFile): ManifestFile['chunks'] {
  return chunks && chunks.bytes <= mostChunkBytes ? chunks : undefined
}
