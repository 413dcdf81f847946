import { expect } from 'vitest'
import { MemoryStore } from '../memory-store.ts'
import type { ObtainedBundle, ObtainOptions } from '../obtain-bundle.ts'
import { sampleBundle } from './sample-bundle.ts'

export const bundle = await sampleBundle()
export const everyPath = ['manifest.json', ...Object.keys(bundle.contents)].sort()

export const memory = (): ObtainOptions => ({ stores: { fallback: new MemoryStore() } })

export async function expectWhole({ files, manifest, manifestText }: ObtainedBundle, expected = bundle): Promise<void> {
  for (const [path, text] of Object.entries(expected.contents)) expect(await (await files.read(path)).text()).toBe(text)
  expect(await (await files.read('manifest.json')).text()).toBe(expected.manifest.text)
  expect(manifestText).toBe(expected.manifest.text)
  expect(manifest).toEqual(expected.manifest.parsed)
}
