import fc from 'fast-check'
import { expect, it } from 'vitest'
import { blobPieces, PiecewiseBlob } from './blob-pieces.ts'

async function gathered(chunks: AsyncIterable<Uint8Array>): Promise<number[]> {
  const all: number[] = []
  for await (const chunk of chunks) all.push(...chunk)
  return all
}

it('gives all bytes in order, in pieces', async () => {
  const bytes = Uint8Array.from({ length: 9 * 2 ** 20 + 3 }, (_, i) => i * 7)
  const sizes: number[] = []
  let at = 0
  for await (const piece of blobPieces(new Blob([bytes]))) {
    expect(Buffer.compare(piece, bytes.subarray(at, at + piece.length))).toBe(0)
    at += piece.length
    sizes.push(piece.length)
  }
  expect(sizes).toEqual([4 * 2 ** 20, 4 * 2 ** 20, 2 ** 20 + 3])
})

it('is a Blob whose slices, and slices of them, stream the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), fc.nat(70), fc.nat(70), fc.nat(70), async (bytes, a, b, c) => {
      const plain = new Blob([Uint8Array.from(bytes)]).slice(a, b).slice(c)
      const own = new PiecewiseBlob(new Blob([Uint8Array.from(bytes)])).slice(a, b).slice(c)
      expect(own).toBeInstanceOf(Blob)
      expect(own.size).toBe(plain.size)
      expect([...new Uint8Array(await own.arrayBuffer())]).toEqual([...new Uint8Array(await plain.arrayBuffer())])
      expect(await gathered(own.stream())).toEqual(await gathered(blobPieces(plain)))
    }),
  )
})

it('says what went wrong in reading', async () => {
  const broken = new Blob(['x'])
  broken.slice = () => {
    const piece = new Blob(['x'])
    piece.arrayBuffer = async () => {
      throw new DOMException('gone', 'NotReadableError')
    }
    return piece
  }
  await expect(gathered(blobPieces(broken))).rejects.toThrow('gone')
  const stream = new PiecewiseBlob(broken).stream().getReader()
  await expect(stream.read()).rejects.toThrow('gone')
})
