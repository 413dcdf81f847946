import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BlobFiles } from './blob-files.ts'
import { licenseOfReadme, readLicense } from './license.ts'

const card = (...lines: string[]) => ['---', ...lines, '---', '# A model', 'license: not here'].join('\n')

describe('the licence of a checkpoint', () => {
  it('is the text beside the weights, before anything a README says', async () => {
    const files = new BlobFiles(
      new Map([
        ['LICENSE', new Blob(['Do as you like.'])],
        ['README.md', new Blob([card('license: mit')])],
      ]),
    )
    expect(await readLicense(files)).toEqual({ text: 'Do as you like.' })
    expect(await readLicense(new BlobFiles(new Map([['README.md', new Blob([card('license: mit')])]])))).toEqual({
      name: 'mit',
    })
    expect(await readLicense(new BlobFiles(new Map()))).toBeUndefined()
  })

  it.each([
    [card('license: apache-2.0', 'tags: [a]'), { name: 'apache-2.0' }],
    [
      card('license: other', 'license_name: qwen-research', 'license_link: https://example.org/LICENSE'),
      { name: 'qwen-research', link: 'https://example.org/LICENSE' },
    ],
    [card('license: "mit"').replaceAll('\n', '\r\n'), { name: 'mit' }],
    [card('license: other'), undefined],
    [card('tags: [a]'), undefined],
    ['license: mit', undefined],
    ['', undefined],
  ])('is what the head of a README names: %j', (readme, expected) => {
    expect(licenseOfReadme(readme)).toEqual(expected)
  })

  it('is text or nothing, whatever a README holds', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (head, name) => {
        const found = licenseOfReadme(`---\n${head}\nlicense: ${name}\n---`)
        for (const value of Object.values(found ?? {})) expect(typeof value).toBe('string')
      }),
    )
  })
})
