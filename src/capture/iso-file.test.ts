import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { containerTrouble } from './container-check.ts'
import { readIsoFile } from './iso-file.ts'
import { readMatroskaTracks } from './matroska-file.ts'
import { presentedAt, presentedParts } from './presentation.ts'
import { readTransportStream } from './transport-stream.ts'

const folder = new URL('../../fixtures/data/numbered/', import.meta.url)
const bytesOf = async (name: string) => new Uint8Array(await readFile(new URL(name, folder)))
const blobOf = async (name: string) => new Blob([await bytesOf(name)])

describe('readIsoFile', () => {
  it('reads every entry of an edit list', async () => {
    const { index, tracks } = await readIsoFile(await blobOf('two-edits.mp4'))
    expect(index).toBe('whole')
    expect(tracks).toMatchObject([{ id: 1, handler: 'vide', formats: ['avc1'], samples: 60 }])
    const startS = 1024 / 15360
    expect(tracks[0].edits).toEqual([
      { durationS: 0.5, mediaS: startS },
      { durationS: 0.5, mediaS: startS + 1 },
    ])
  })

  it('tells an index that is missing from one that is cut', async () => {
    const whole = await bytesOf('base.mp4')
    const indexAt = Buffer.from(whole).indexOf('moov')
    expect((await readIsoFile(new Blob([whole.subarray(0, indexAt - 4)]))).index).toBe('missing')
    expect((await readIsoFile(new Blob([whole.subarray(0, whole.length - 9)]))).index).toBe('cut')
  })

  // A few bytes that claim billions of samples had mediabunny make a list of all of them.
  it.each(['stts', 'ctts', 'stsz'])('finds what %s claims beyond the size of the file', async (table) => {
    const bytes = await bytesOf('base.mp4')
    const at = Buffer.from(bytes).indexOf(table) + 12
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(at, 4e9)
    const file = new Blob([bytes])
    const iso = await readIsoFile(file)
    expect(iso.mostSamples).toBeGreaterThanOrEqual(4e9)
    expect((await containerTrouble(file, 'iso', iso))?.code).toBe('damaged-index')
  })

  it('finds what a fragment claims', async () => {
    const bytes = await bytesOf('fragmented.mp4')
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(Buffer.from(bytes).indexOf('trun') + 8, 4e9)
    const file = new Blob([bytes])
    expect((await containerTrouble(file, 'iso', await readIsoFile(file)))?.code).toBe('damaged-index')
  })
})

describe('containers', () => {
  it.each([
    ['encrypted.mp4', 'iso', 'encrypted'],
    ['index-missing.mp4', 'iso', 'cut-off'],
    ['base.mp4', 'iso', undefined],
    ['sound.webm', 'matroska', 'no-video-track'],
    ['live.webm', 'matroska', undefined],
    ['mpeg2.m2t', 'mpeg-ts', 'unsupported-codec'],
    ['stream.m2t', 'mpeg-ts', undefined],
    ['theora.ogv', 'ogg', 'unsupported-codec'],
  ] as const)('%s', async (name, kind, code) => {
    const file = await blobOf(name)
    const iso = kind === 'iso' ? await readIsoFile(file) : undefined
    expect((await containerTrouble(file, kind, iso))?.code).toBe(code)
  })

  it('end on any damage', async () => {
    const [mp4, webm, stream] = await Promise.all(['base.mp4', 'live.webm', 'stream.m2t'].map(bytesOf))
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      keep: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    const damaged = (whole: Uint8Array, how: { at: number; bytes: Uint8Array; keep: number }) => {
      const copy = Uint8Array.from(whole)
      copy.set(how.bytes.subarray(0, copy.length), Math.floor(how.at * Math.max(0, copy.length - how.bytes.length)))
      return new Blob([copy.subarray(0, Math.ceil(how.keep * copy.length))])
    }
    const check = async (how: { at: number; bytes: Uint8Array; keep: number }) => {
      await readIsoFile(damaged(mp4, how))
      await readMatroskaTracks(damaged(webm, how))
      await readTransportStream(damaged(stream, how))
    }
    await fc.assert(fc.asyncProperty(damage, check), { numRuns: 60 })
  })
})

describe('presentedParts', () => {
  it('hides what comes before 0 where there is no list', () => {
    const [part, ...more] = presentedParts([])
    expect(more).toEqual([])
    expect(presentedAt(part, -0.04)).toBeUndefined()
    expect(presentedAt(part, 0)).toBe(0)
    expect(presentedAt(part, 7)).toBe(7)
  })

  it('places parts behind each other, and behind an empty one', () => {
    const parts = presentedParts([
      { durationS: 1, mediaS: undefined },
      { durationS: 0.5, mediaS: 0.25 },
      { durationS: 0.5, mediaS: 2 },
    ])
    // On the clock of mediabunny, which begins where the first part does.
    expect(parts).toEqual([
      { fromS: 1, toS: 1.5, atS: 1 },
      { fromS: 2.75, toS: 3.25, atS: 1.5 },
    ])
    expect(presentedAt(parts[1], 3)).toBeCloseTo(1.75)
    expect(presentedAt(parts[1], 3.2499)).toBeUndefined()
  })

  it('takes a last part of no duration for the rest', () => {
    expect(presentedParts([{ durationS: 0, mediaS: 0.5 }])).toEqual([
      { fromS: 0, toS: Number.POSITIVE_INFINITY, atS: 0 },
    ])
  })
})
