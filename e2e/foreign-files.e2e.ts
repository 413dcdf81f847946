import { readFile } from 'node:fs/promises'
import { blackApng, blackPng, greyJpeg } from '../fixtures/image_bombs.ts'
import { silence } from '../fixtures/silence.ts'
import { expect, quick, processorTest as test } from './page.ts'

const numbered = 'fixtures/data/numbered/'
/** An address of documentation, which nobody answers; a request to it would fail the test. */
const elsewhere = 'http://192.0.2.7/clip/'

test('files that cannot be read say why, and the page goes on; unusual ones are read', async ({ reader }) => {
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  const cases = [
    ['empty.mp4', Buffer.alloc(0), 'empty-file', 'The file is empty.'],
    ['corrupt.mp4', Buffer.from('not a video '.repeat(500)), 'not-a-video', 'The file is a text, not a video'],
    ['sound.wav', silence(), 'no-video-track', 'sound, but no picture'],
    ['bomb.png', Buffer.from(blackPng(16_000, 16_000)), 'image-too-large', 'The image is 16,000 × 16,000 pixels'],
    ['long.png', Buffer.from(blackApng(4000, 4000, 200)), 'image-too-large', 'The animation has 200 frames'],
    [
      'list.m3u8',
      Buffer.from(`#EXTM3U\n#EXTINF:2,\n${elsewhere}base.ts\n`),
      'playlist',
      'a playlist (M3U8), not a video',
    ],
    [
      'old.avi',
      Buffer.from('RIFF\0\0\0\0AVI LIST'),
      'unsupported-container',
      'The file is AVI, which browsers do not open.',
    ],
    ['photo.heic', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), 'unsupported-image', 'HEIC'],
    ['index-missing.mp4', await readFile(`${numbered}index-missing.mp4`), 'cut-off', 'its index is missing'],
  ] as const
  for (const [name, buffer, code, message] of cases) {
    await reader.choose({ name, mimeType: name.endsWith('.png') ? 'image/png' : 'video/mp4', buffer })
    await expect(reader.alert).toContainText(message)
    await expect(reader.alert).toContainText(code)
  }
  // 200 megapixels, as some telephones take them: decoded at a quarter of that, and shown as often as this model saw frames
  // at least in training.
  await reader.choose({ name: 'large.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(greyJpeg(16_320, 12_240)) })
  await expect(reader.alert).toHaveCount(0)
  await reader.waitForReading()
  expect((await reader.framesOf(0)).map(({ width, height }) => [width, height])).toEqual(
    Array.from({ length: 4 }, () => [4080, 3060]),
  )
  for (const [name, frames] of [
    ['one-frame.webm', 2],
    ['variable-delay.gif', 4],
    ['4k.mp4', 2],
    // Its transparency would take a worker made from a blob, which the page's own policy refuses.
    ['../numbered/alpha.webm', 4],
  ] as const) {
    await reader.choose(`fixtures/data/clips/${name}`)
    await expect(reader.alert).toHaveCount(0)
    await reader.waitForReading()
    expect((await reader.framesOf(0)).length, name).toBeGreaterThanOrEqual(frames)
  }
})

test('a damaged file is read as far as it can be, and the page says what is missing; so is one of two sizes', async ({
  page,
  reader,
}) => {
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  await reader.choose(`${numbered}overwritten.mp4`)
  await reader.waitForReading()
  await expect(page.getByText(/From 5\.\d+ s to 8\.00 s the video could not be decoded/)).toBeVisible()
  await expect(reader.alert).toHaveCount(0)
  const times = (await Promise.all((await reader.transcripts()).map(({ update }) => reader.framesOf(update)))).flat()
  expect(times.some(({ timeS }) => timeS >= 8)).toBe(true)
  expect(times.some(({ timeS }) => timeS > 5.5 && timeS < 8)).toBe(false)
  await reader.choose(`${numbered}turned-last.webm`)
  await reader.waitForReading()
  const windows = await Promise.all((await reader.transcripts()).map(({ update }) => reader.framesOf(update)))
  expect(windows.map((frames) => [...new Set(frames.map(({ width, height }) => `${width}x${height}`))])).toEqual([
    ['320x240'],
    ['240x320'],
  ])
})

test('a file that was changed is taken once it is whole', async ({ page, reader, weights }) => {
  weights.change('decoder.data.000', (bytes) => {
    bytes[1000] ^= 1
    return bytes
  })
  await reader.open('test&tokens=2')
  await reader.load(weights.url)
  await expect(reader.alert).toContainText('wrong-hash')
  weights.change('decoder.data.000', undefined)
  await page
    .getByRole('button', { name: /^(Try again|Resume)$/ })
    .first()
    .click()
  const name = new RegExp(`${new URL(weights.url).host} · q4`)
  await expect(page.getByText(name).first()).toBeVisible({ timeout: 60_000 })
  await expect(reader.alert).toHaveCount(0)
})
