import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readNetwork } from '../../../cli/face-networks.ts'
import { isIntact, networkFiles } from './network-files.ts'

const listed = JSON.parse(
  await readFile(new URL('../../../public/models/faces/networks.json', import.meta.url), 'utf8'),
)

describe('networkFiles', () => {
  it.each(Object.values(networkFiles))('$path is what was converted, and what is published', async (file) => {
    const { bytes, sha256 } = listed[file.path.replace('models/faces/', '')]
    expect({ bytes, sha256 }).toEqual({ bytes: file.bytes, sha256: file.sha256 })
    expect((await readNetwork(file)).byteLength).toBe(bytes)
  })

  it('knows a damaged file', async () => {
    const bytes = await readNetwork(networkFiles.blendshapes)
    bytes[1000] ^= 1
    expect(await isIntact(bytes, networkFiles.blendshapes)).toBe(false)
    expect(await isIntact(bytes.subarray(1), networkFiles.blendshapes)).toBe(false)
  })
})
