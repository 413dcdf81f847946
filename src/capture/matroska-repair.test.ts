import { readFile } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMatroskaTracks } from './matroska-file.ts'
import { repairMatroska } from './matroska-repair.ts'

const live = new URL('../../fixtures/data/numbered/live.webm', import.meta.url)

describe('repairMatroska', () => {
  it('leaves a whole file alone', async () => {
    const file = new Blob([await readFile(live)])
    expect(await repairMatroska(file)).toEqual({ file, breaks: [], isCut: false })
  })

  it('empties a damaged place, moves nothing, and says where it was', async () => {
    const bytes = await readFile(live)
    const cluster = bytes.indexOf(Buffer.from('1f43b675', 'hex'), 4000)
    bytes.fill(0, cluster, cluster + 40)
    const { file, breaks, isCut } = await repairMatroska(new Blob([bytes]))
    expect(isCut).toBe(false)
    expect(breaks).toHaveLength(1)
    expect(Math.abs(breaks[0] - cluster)).toBeLessThan(40)
    expect(file.size).toBe(bytes.length)
  })

  it('ends on any damage with a file that is no longer than before', async () => {
    const whole = await readFile(live)
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 60 }),
      keep: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    const check = async ({ at, bytes, keep }: { at: number; bytes: Uint8Array; keep: number }) => {
      const copy = Uint8Array.from(whole)
      copy.set(bytes, Math.floor(at * (copy.length - bytes.length)))
      const file = new Blob([copy.subarray(0, Math.ceil(keep * copy.length))])
      const repaired = await repairMatroska(file)
      expect(repaired.file.size).toBeLessThanOrEqual(file.size)
      await readMatroskaTracks(repaired.file)
    }
    await fc.assert(fc.asyncProperty(damage, check), { numRuns: 60 })
  })
})
