import { createCanvas } from '@napi-rs/canvas'
import { expect, test } from 'vitest'
import { compareStories } from './compare.ts'
import { ContactSheet, SheetLayout, thumbnailsOf } from './contact-sheet.ts'

const size = { width: 400, height: 300, shrink: 5 }
const names = ['camera/reading', 'camera/refused', 'file/finished']

/** A page with lines of text, and a button of some color. */
function picture(color: string): Buffer {
  const canvas = createCanvas(size.width, size.height)
  const context = canvas.getContext('2d')
  context.fillStyle = '#f6f6f2'
  context.fillRect(0, 0, size.width, size.height)
  context.fillStyle = '#222'
  for (let y = 20; y < 280; y += 18) context.fillText('Appears happy, then neutral', 20, y)
  context.fillStyle = color
  context.fillRect(200, 100, 60, 24)
  return canvas.toBuffer('image/png')
}

async function sheetOf(colors: readonly string[]) {
  const layout = new SheetLayout(names, size)
  const sheet = new ContactSheet(layout)
  for (const [index, name] of names.entries()) await sheet.add(name, picture(colors[index]))
  return thumbnailsOf(sheet.encode(), layout)
}

test('equal pictures are equal on two sheets, and the story that has changed is named alone', async () => {
  const before = await sheetOf(['#0a7065', '#0a7065', '#0a7065'])
  const again = await sheetOf(['#0a7065', '#0a7065', '#0a7065'])
  expect(compareStories(before, again).changed).toEqual([])
  const after = await sheetOf(['#0a7065', '#c02020', '#0a7065'])
  expect(compareStories(before, after)).toMatchObject({
    compared: 3,
    changed: [expect.stringContaining('camera/refused')],
    unknown: [],
    gone: [],
  })
})

test('a sheet has no place for a story that is not on its list', async () => {
  const sheet = new ContactSheet(new SheetLayout(names, size))
  await expect(sheet.add('camera/unheard-of', picture('#000'))).rejects.toThrow('no place')
})
