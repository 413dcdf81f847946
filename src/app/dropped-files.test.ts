import { expect, it } from 'vitest'
import { droppedFiles } from './dropped-files.ts'

const fileEntry = (name: string) => ({
  name,
  isFile: true,
  isDirectory: false,
  file: (resolve: (file: File) => void) => resolve(new File([name], name)),
})

/** Hands out its entries two at a time, as browsers do by the hundred. */
const folder = (name: string, children: readonly object[]) => ({
  name,
  isFile: false,
  isDirectory: true,
  createReader: () => {
    const left = [...children]
    return { readEntries: (resolve: (some: object[]) => void) => resolve(left.splice(0, 2)) }
  },
})

function drop(entries: readonly ({ readonly name: string } | null)[], names: readonly string[]) {
  const items = entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry }))
  const files = names.map((name) => new File([name], name))
  return droppedFiles({ items, files } as unknown as DataTransfer)
}

it('takes every file that was dropped, whatever it is called', async () => {
  const found = await drop([fileEntry('a.mp4'), fileEntry('b.avi')], ['a.mp4', 'b.avi'])
  expect(found.map(({ name }) => name)).toEqual(['a.mp4', 'b.avi'])
})

it('goes through folders in the order of names, and takes what is a video or an image by its name', async () => {
  const inner = folder('more', [fileEntry('clip 10.mkv'), fileEntry('clip 2.mkv')])
  const found = await drop(
    [
      fileEntry('first.bin'),
      folder('takes', [fileEntry('notes.txt'), inner, fileEntry('a.GIF'), fileEntry('.DS_Store')]),
    ],
    ['first.bin', 'takes'],
  )
  expect(found.map(({ name }) => name)).toEqual(['first.bin', 'a.GIF', 'clip 2.mkv', 'clip 10.mkv'])
})

it('takes the plain files where a browser hands out no entries', async () => {
  expect((await drop([null], ['a.mp4'])).map(({ name }) => name)).toEqual(['a.mp4'])
})
