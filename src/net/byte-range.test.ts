import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentRangeOf, RangeBuffer, sizeInRefusal } from './byte-range.ts'

const withRange = (value: string) => new Response(null, { headers: { 'content-range': value } })

describe('Content-Range', () => {
  it.each([
    ['bytes 0-9/100', { from: 0, to: 9, size: 100 }],
    ['Bytes  5-5/6', { from: 5, to: 5, size: 6 }],
    ['bytes 0-9/*', { from: 0, to: 9, size: undefined }],
    ['bytes */100', 'malformed'],
    ['bytes 0-9', 'malformed'],
    ['pages 1-2/3', 'malformed'],
    ['bytes 0-9/100, bytes 20-29/100', 'malformed'],
  ])('%s', (value, wanted) => {
    expect(contentRangeOf(withRange(value))).toEqual(wanted)
  })

  it('may be hidden from this page', () => {
    expect(contentRangeOf(new Response())).toBe('hidden')
  })

  it.each([
    ['bytes */100', 100],
    ['bytes */0', 0],
    ['bytes */*', undefined],
    ['bytes 0-9/100', undefined],
  ])('of a refusal tells the size: %s', (value, size) => {
    expect(sizeInRefusal(withRange(value))).toBe(size)
    expect(sizeInRefusal(new Response())).toBeUndefined()
  })
})

async function* bodyOf(...pieces: readonly Uint8Array[]) {
  yield* pieces
}

describe('RangeBuffer', () => {
  it('is filled by bodies of any lengths, each asked for from where the last one ended', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 50 }),
        fc.nat(1000),
        fc.array(fc.nat(20)),
        async (content, from, lengths) => {
          const buffer = new RangeBuffer(from, new Uint8Array(content.length))
          let counted = 0
          for (const length of [...lengths, content.length]) {
            if (buffer.isFull) break
            const { from: first, to } = buffer.missing
            expect(to).toBe(from + content.length - 1)
            const at = first - from
            const fits = await buffer.fill(bodyOf(content.slice(at, at + length)), (bytes) => {
              counted += bytes
            })
            expect(fits).toBe(true)
            expect(counted).toBe(buffer.filledBytes)
          }
          expect(buffer.isFull).toBe(true)
          expect([...buffer.bytes]).toEqual([...content])
        },
      ),
    )
  })

  it('trusts nothing of a server that sends more than was asked for', async () => {
    const buffer = new RangeBuffer(10, new Uint8Array(4))
    const counts: number[] = []
    const onBytes = (bytes: number) => void counts.push(bytes)
    expect(await buffer.fill(bodyOf(Uint8Array.of(1, 2)), onBytes)).toBe(true)
    expect(await buffer.fill(bodyOf(Uint8Array.of(3, 4), Uint8Array.of(5)), onBytes)).toBe(false)
    expect(counts).toEqual([2, 2, -4])
    expect(buffer.missing).toEqual({ from: 10, to: 13 })
  })
})
