import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parsePackedOptions } from './dawn-options.ts'
import { pack, splitLarge } from './pack.ts'

const folder = await mkdtemp(join(tmpdir(), 'videmo-pack-'))
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('a packed folder', () => {
  it('has its large files in parts that make them again', async () => {
    const bytes = Uint8Array.from({ length: 2500 }, (_, index) => index)
    await mkdir(join(folder, 'parts/inner'), { recursive: true })
    await writeFile(join(folder, 'parts/inner/large'), bytes)
    await writeFile(join(folder, 'parts/small'), 'small')
    expect(await splitLarge(join(folder, 'parts'), 1000)).toBe(2505)
    const parts = (await readdir(join(folder, 'parts/inner'))).sort()
    expect(parts).toEqual(['large.part00', 'large.part01', 'large.part02'])
    const joined = Buffer.concat(await Promise.all(parts.map((name) => readFile(join(folder, 'parts/inner', name)))))
    expect(new Uint8Array(joined)).toEqual(bytes)
    expect(await readFile(join(folder, 'parts/small'), 'utf8')).toBe('small')
  })

  it('does not take the place of something else', async () => {
    await mkdir(join(folder, 'other'))
    await writeFile(join(folder, 'other/thesis.txt'), 'mine')
    await expect(pack(join(folder, 'other'))).rejects.toThrow(/holds something else/)
    expect(await readFile(join(folder, 'other/thesis.txt'), 'utf8')).toBe('mine')
  })

  it('takes its options in pairs', () => {
    const usual = { size: '3b', dtypes: ['q4f16', 'q4'], tokens: 48, cycles: 5, parts: ['cases', 'speed'], v8: 'whole' }
    expect(parsePackedOptions([])).toEqual(usual)
    const asked = ['--size', 'middle', '--cycles', '2', '--parts', 'speed', '--json', 'x']
    expect(parsePackedOptions(asked)).toEqual({
      size: 'middle',
      dtypes: ['q4'],
      tokens: 48,
      cycles: 2,
      parts: ['speed'],
      v8: 'whole',
      json: 'x',
    })
    expect(() => parsePackedOptions(['--parts', 'all'])).toThrow(/cases, speed/)
    expect(() => parsePackedOptions(['--size'])).toThrow(/needs a value/)
    expect(() => parsePackedOptions(['--bogus', '1'])).toThrow(/--bogus/)
    expect(() => parsePackedOptions(['--size', '7b'])).toThrow(/choose one of middle, 3b/)
  })
})
