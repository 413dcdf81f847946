import { readFile } from 'node:fs/promises'
import { blackApng, blackPng, greyJpeg } from '../fixtures/image_bombs.ts'
import { silence } from '../fixtures/silence.ts'
import { expect, quick, processorTest as test } from './page.ts'

test('files that cannot be read say why, and the page goes on; unusual ones are read', async ({ reader }) => {
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  const whole = await readFile('fixtures/data/clips/tiny.mp4')
  // The index stays whole while the pictures are noise.
  const noise = Buffer.from(whole)
  const from = noise.indexOf('mdat') + 200
  for (let i = from; i < Math.min(from + 20_000, noise.length); i++) noise[i] = (i * 197) & 255
  const cases = [
    ['empty.mp4', Buffer.alloc(0), 'empty-file', 'The file is empty.'],
    ['corrupt.mp4', Buffer.from('not a video '.repeat(500)), 'not-a-video', 'not a video'],
    ['sound.wav', silence(), 'no-video-track', 'sound, but no picture'],
    ['bomb.png', Buffer.from(blackPng(16_000, 16_000)), 'image-too-large', 'The image is 16,000 × 16,000 pixels'],
    ['long.png', Buffer.from(blackApng(4000, 4000, 200)), 'image-too-large', 'The animation has 200 frames'],
    ['noise.mp4', noise, /damaged-video|not-a-video/, /damaged|not a video/],
  ] as const
  for (const [name, buffer, code, message] of cases) {
    await reader.choose({ name, mimeType: name.endsWith('.png') ? 'image/png' : 'video/mp4', buffer })
    await expect(reader.alert).toContainText(message)
    await expect(reader.alert).toContainText(code)
  }
  // 200 megapixels, as some telephones take them: decoded at a quarter of that.
  await reader.choose({ name: 'large.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(greyJpeg(16_320, 12_240)) })
  await expect(reader.alert).toHaveCount(0)
  await reader.waitForReading()
  expect((await reader.framesOf(0)).map(({ width, height }) => [width, height])).toEqual([
    [4080, 3060],
    [4080, 3060],
  ])
  for (const [name, frames] of [
    ['one-frame.webm', 2],
    ['variable-delay.gif', 4],
    ['4k.mp4', 2],
  ] as const) {
    await reader.choose(`fixtures/data/clips/${name}`)
    await expect(reader.alert).toHaveCount(0)
    await reader.waitForReading()
    expect((await reader.framesOf(0)).length, name).toBeGreaterThanOrEqual(frames)
  }
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
  await page.getByRole('button', { name: 'Try again' }).first().click()
  const name = new RegExp(`${new URL(weights.url).host} · q4`)
  await expect(page.getByText(name).first()).toBeVisible({ timeout: 60_000 })
  await expect(reader.alert).toHaveCount(0)
})
