import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Journal, type JournalEntry, readJournal, storedBytes } from './journal.ts'
import type { RandomFile } from './opfs-file.ts'

/** A file in memory. */
class Bytes implements RandomFile {
  constructor(public bytes = new Uint8Array()) {}

  size = () => this.bytes.length
  flush = () => undefined
  close = () => undefined

  read(at: number, into: Uint8Array<ArrayBuffer>) {
    const part = this.bytes.subarray(at, at + into.length)
    into.set(part)
    return into.subarray(0, part.length)
  }

  write(at: number, bytes: Uint8Array) {
    const all = new Uint8Array(Math.max(this.bytes.length, at + bytes.length))
    all.set(this.bytes)
    all.set(bytes, at)
    this.bytes = all
  }

  truncate(bytes: number) {
    this.bytes = this.bytes.slice(0, bytes)
  }
}

const path = fc.constantFrom('a', 'data/b.000', 'ü')
const entries = fc.array(
  fc.oneof<fc.Arbitrary<JournalEntry>[]>(
    fc.record({ type: fc.constant('chunk'), path, at: fc.nat(), bytes: fc.nat(), sha256: fc.constant('a'.repeat(64)) }),
    fc.record({ type: fc.constant('etag'), path, etag: fc.string() }),
    fc.record({ type: fc.constant('forgotten'), path }),
    fc.record({ type: fc.constant('forgotten'), path, at: fc.nat() }),
    fc.record({ type: fc.constant('whole'), path }),
  ),
  { maxLength: 12 },
)

async function written(list: readonly JournalEntry[]) {
  const file = new Bytes()
  const journal = await Journal.open(file)
  const ends = list.map((entry) => {
    journal.append(entry)
    return file.bytes.length
  })
  return { file, ends, journal }
}

it('cut off anywhere, it says what was written before, and goes on from there', async () => {
  await fc.assert(
    fc.asyncProperty(entries, fc.nat(), async (list, where) => {
      const { file, ends } = await written(list)
      const cut = where % (file.bytes.length + 1)
      const whole = list.filter((_, index) => ends[index] <= cut)
      const expected = (await written(whole)).journal.files
      const torn = new Bytes(file.bytes.slice(0, cut))
      expect((await readJournal(torn.bytes)).files).toEqual(expected)

      const journal = await Journal.open(torn)
      expect(journal.files).toEqual(expected)
      const more: JournalEntry = { type: 'chunk', path: 'a', at: 7, bytes: 1, sha256: 'b'.repeat(64) }
      journal.append(more)
      expect((await readJournal(torn.bytes)).files).toEqual((await written([...whole, more])).journal.files)
    }),
  )
})

it('damaged anywhere, it says nothing but what was written before the damage', async () => {
  await fc.assert(
    fc.asyncProperty(entries, fc.nat(), fc.integer({ min: 1, max: 255 }), async (list, where, flip) => {
      const { file, ends } = await written(list)
      if (file.bytes.length === 0) return
      const at = where % file.bytes.length
      file.bytes[at] ^= flip
      const before = list.filter((_, index) => ends[index] <= at)
      expect((await readJournal(file.bytes)).files).toEqual((await written(before)).journal.files)
    }),
  )
})

it('bytes that never were a journal are an empty one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      expect(storedBytes((await readJournal(bytes)).files)).toBe(0)
    }),
  )
})

it('counts what is stored, and not what was forgotten', async () => {
  const chunk = (at: number): JournalEntry => ({ type: 'chunk', path: 'a', at, bytes: 10, sha256: 'a'.repeat(64) })
  const { journal } = await written([
    chunk(0),
    chunk(10),
    chunk(10),
    chunk(20),
    { type: 'forgotten', path: 'a', at: 0 },
  ])
  expect(storedBytes(journal.files)).toBe(20)
})
