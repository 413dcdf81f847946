import { readdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { isReadableName, readableFiles } from './readable-files.ts'

it('offers every container and image that is opened, by its ending', async () => {
  const clips = await readdir('fixtures/data/clips')
  expect(clips.length).toBeGreaterThan(5)
  expect(clips.filter((name) => !isReadableName(name))).toEqual([])
  const offered = readableFiles.split(',')
  for (const ending of [
    '.mkv',
    '.ts',
    '.m2ts',
    '.mov',
    '.webm',
    '.m4v',
    '.gif',
    '.webp',
    '.avif',
    '.apng',
    '.png',
    '.bmp',
  ]) {
    expect(offered).toContain(ending)
  }
  expect(offered).toEqual(expect.arrayContaining(['video/*', 'image/jpeg', '.jpg', '.jpeg']))
  expect(isReadableName('Holiday.MTS')).toBe(true)
  expect(isReadableName('notes.txt')).toBe(false)
})
