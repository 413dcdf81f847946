import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadAheadFiles, type ReadAheadOptions } from './read-ahead.ts'
import type { ByteSource, CheckpointFiles, SourceRange } from './source.ts'

const name = 'model.safetensors'
const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 131 + (i >> 8)) & 255)

/** A source whose answers come when the test says so, or at once. */
class SlowFiles implements CheckpointFiles {
  readonly origin = 'a test'
  readonly asked: { readonly offset: number; readonly length: number; answer(): void; fail(): void }[] = []
  isSlow = false
  failures = 0

  async open(file: string): Promise<ByteSource> {
    return {
      name: file,
      size: bytes.length,
      read: (offset, length, signal) =>
        new Promise((resolve, reject) => {
          const stop = () => reject(signal?.reason)
          signal?.addEventListener('abort', stop)
          const answer = () => {
            signal?.removeEventListener('abort', stop)
            resolve(bytes.slice(offset, offset + length))
          }
          const fail = () => reject(new Error('cut'))
          this.asked.push({ offset, length, answer, fail })
          if (this.failures > 0) {
            this.failures--
            fail()
          } else if (!this.isSlow) setTimeout(answer)
        }),
    }
  }

  async close(): Promise<void> {}
}

async function opened(
  ranges: readonly (readonly [number, number])[],
  options: ReadAheadOptions,
  files = new SlowFiles(),
) {
  const ahead = new ReadAheadFiles(files, options)
  const source = await ahead.open(name)
  if (!source) throw new Error('nothing opened')
  ahead.expect(ranges.map(([begin, end]): SourceRange => ({ file: name, begin, end })))
  return { ahead, source, files }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('reading ahead', () => {
  it('asks for several pieces before they are read, within its budget, and holds them at their use', async () => {
    const files = new SlowFiles()
    files.isSlow = true
    const { ahead, source } = await opened([[0, 10_000]], { pieceBytes: 1000, budgetBytes: 5000, parallel: 3 }, files)
    expect(files.asked.map(({ offset }) => offset)).toEqual([0, 1000, 2000])
    for (const { answer } of files.asked.slice()) answer()
    await settle()
    expect(files.asked.map(({ offset }) => offset)).toEqual([0, 1000, 2000, 3000, 4000])
    for (const { answer } of files.asked.slice(3)) answer()
    await settle()
    expect(files.asked).toHaveLength(5)
    expect(await source.read(0, 1500)).toEqual(bytes.slice(0, 1500))
    expect(files.asked.at(-1)?.offset).toBe(5000)
    expect(ahead.peakBytes).toBe(5000)
    await ahead.close()
  })

  it('fetches once what is used twice, if it fits', async () => {
    const pair = [0, 4000] as const
    const { ahead, source } = await opened([pair, pair, [4000, 6000]], { pieceBytes: 1000, budgetBytes: 8000 })
    for (const [begin, end] of [pair, pair, [4000, 6000] as const]) {
      expect(await source.read(begin, end - begin)).toEqual(bytes.slice(begin, end))
    }
    expect([ahead.fetchedBytes, ahead.peakBytes]).toEqual([6000, expect.any(Number)])
    expect(ahead.peakBytes).toBeLessThanOrEqual(8000)
  })

  it('lets go of what is used last when there is too much, and fetches that again', async () => {
    const pair = [0, 4000] as const
    const { ahead, source } = await opened([pair, pair], { pieceBytes: 1000, budgetBytes: 3000 })
    for (const [begin, end] of [pair, pair]) {
      for (let at = begin; at < end; at += 500) expect(await source.read(at, 500)).toEqual(bytes.slice(at, at + 500))
    }
    expect(ahead.peakBytes).toBeLessThanOrEqual(3000)
    expect(ahead.fetchedBytes).toBeGreaterThan(4000)
    expect(ahead.fetchedBytes).toBeLessThan(8000)
  })

  it('asks for nothing while it is paused, and goes on', async () => {
    const { ahead, source, files } = await opened([[0, 10_000]], { pieceBytes: 1000, budgetBytes: 3000 })
    await settle()
    const before = files.asked.length
    ahead.pause(true)
    let isRead = false
    const read = source.read(0, 5000).then(() => {
      isRead = true
    })
    await settle()
    expect([files.asked.length, isRead]).toEqual([before, false])
    ahead.pause(false)
    await read
    expect(isRead).toBe(true)
  })

  it('ends a wait with the reason of an abort, paused or not', async () => {
    const files = new SlowFiles()
    files.isSlow = true
    const { ahead, source } = await opened([[0, 1000]], { pieceBytes: 1000 }, files)
    for (const isPaused of [false, true]) {
      ahead.pause(isPaused)
      const stop = new AbortController()
      const read = source.read(0, 10, stop.signal)
      stop.abort(new Error('enough'))
      await expect(read).rejects.toThrow('enough')
    }
  })

  it('tries again at its use what failed ahead of it', async () => {
    const files = new SlowFiles()
    files.failures = 3
    const { source } = await opened([[0, 3000]], { pieceBytes: 1000, parallel: 3 }, files)
    await settle()
    expect(await source.read(0, 3000)).toEqual(bytes.slice(0, 3000))
  })

  it('gives the right bytes whatever was expected, and holds no more than its budget', async () => {
    const range = fc.tuple(fc.nat(90_000), fc.integer({ min: 1, max: 9000 })).map(([at, n]) => [at, at + n] as const)
    await fc.assert(
      fc.asyncProperty(
        fc.array(range, { maxLength: 6 }),
        fc.array(range, { maxLength: 6 }),
        fc.integer({ min: 100, max: 3000 }),
        async (expected, others, pieceBytes) => {
          const budgetBytes = 4 * pieceBytes
          const { ahead, source } = await opened(expected, { pieceBytes, budgetBytes, parallel: 2 })
          for (const [begin, end] of [...expected, ...others]) {
            expect(Buffer.compare(await source.read(begin, end - begin), bytes.subarray(begin, end))).toBe(0)
          }
          expect(ahead.peakBytes).toBeLessThanOrEqual(budgetBytes)
          await ahead.close()
        },
      ),
      { numRuns: 40 },
    )
  })
})
