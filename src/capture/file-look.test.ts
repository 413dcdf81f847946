import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { troubleIn } from './file-look.ts'

const damaged = async () => {
  const bytes = await readFile('fixtures/data/clips/tiny.webm')
  return new Blob([bytes.subarray(0, 40), new Uint8Array(4000).fill(7)])
}

it.each([
  ['nothing', async () => new Blob([]), 'empty-file'],
  ['words', async () => new Blob(['nothing but words']), 'not-a-video'],
  ['a playlist', async () => new Blob(['#EXTM3U\nhttps://a.example/clip.ts\n']), 'playlist'],
  ['a container whose content makes no sense', damaged, 'not-a-video'],
  ['an MP4 that was cut off before its index', async () => new Blob([isoHead()]), 'cut-off'],
])('tells of %s that it cannot be read', async (_, file, code) => {
  expect(await troubleIn(await file())).toMatchObject({ code })
})

// A whole file is opened in the end-to-end tests: Node decodes no video.
it('goes by the codecs that there are', async () => {
  const clip = new Blob([await readFile('fixtures/data/clips/tiny.webm')])
  expect(await troubleIn(clip)).toMatchObject({ code: 'unsupported-codec' })
})

/** The type of an MP4 and the beginning of its pictures. */
function isoHead(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(64)
  const view = new DataView(bytes.buffer)
  const text = (at: number, word: string) => bytes.set(new TextEncoder().encode(word), at)
  view.setUint32(0, 16)
  text(4, 'ftypisom')
  view.setUint32(16, 4096)
  text(20, 'mdat')
  return bytes
}
