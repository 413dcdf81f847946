import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { chunkBytes } from '../../manifest/manifest.ts'
import { FileHashes } from './hashed-file.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const nodeHash = () => {
  const hash = createHash('sha256')
  return { update: (bytes: Uint8Array) => hash.update(bytes), digest: () => hash.digest('hex') }
}

function bytesOf(count: number): Uint8Array {
  const bytes = new Uint8Array(count)
  for (let at = 0; at < count; at += 997) bytes[at] = at
  return bytes
}

/** In pieces that end nowhere in particular. */
async function hashed(bytes: Uint8Array, pieceBytes: number, createFast?: typeof nodeHash) {
  const hashes = await FileHashes.create(createFast)
  for (let at = 0; at < bytes.length; at += pieceBytes) hashes.update(bytes.subarray(at, at + pieceBytes))
  return hashes
}

describe('FileHashes', () => {
  it.each([
    ['no chunk and a bit', 10, 0],
    ['one chunk', chunkBytes, 0],
    ['one chunk and a byte', chunkBytes + 1, 2],
    ['two chunks', 2 * chunkBytes, 2],
    ['two chunks and a bit', 2 * chunkBytes + 10, 3],
  ])('hashes %s', async (_, size, count) => {
    const bytes = bytesOf(size)
    const chunks = Array.from({ length: count }, (_, i) => sha256(bytes.subarray(i * chunkBytes, (i + 1) * chunkBytes)))
    const expected = { path: 'a', bytes: size, sha256: sha256(bytes) }
    for (const [piece, fast] of [
      [size, undefined] as const,
      [3_000_001, undefined] as const,
      [size, nodeHash] as const,
    ]) {
      const entry = (await hashed(bytes, piece, fast)).end('a')
      expect(entry).toEqual(count === 0 ? expected : { ...expected, chunks: { bytes: chunkBytes, sha256: chunks } })
    }
  })

  it('can be asked on the way, and goes on', async () => {
    const bytes = bytesOf(chunkBytes + 5)
    const hashes = await hashed(bytes.subarray(0, 100), 7)
    expect(hashes.state('a')).toEqual({ path: 'a', bytes: 100, sha256: sha256(bytes.subarray(0, 100)) })
    hashes.update(bytes.subarray(100))
    expect(hashes.end('a')).toEqual((await hashed(bytes, bytes.length)).end('a'))
  })
})
