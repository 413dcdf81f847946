import type { Page } from '@playwright/test'
import { words as timeline } from '../src/app/panels/timeline/words.ts'
import { expect, quick, type ReaderPage, processorTest as test } from './page.ts'

const slider = (page: Page) => page.getByRole('slider', { name: timeline.slider })
const valueText = (page: Page) => slider(page).getAttribute('aria-valuetext')
const videoTimeS = ({ video }: ReaderPage) =>
  video.locator('video').evaluate((element) => (element as HTMLVideoElement).currentTime)

/** Presses the axis at a share of its width. */
async function seek(page: Page, share: number): Promise<void> {
  const box = await slider(page).boundingBox()
  if (!box) throw new Error('no timeline')
  await page.mouse.click(box.x + share * box.width, box.y + box.height / 3)
}

test('a finished file is sought ten times: nothing is read, and what is on show was read of that time', async ({
  page,
  reader,
}) => {
  await reader.settings({ ...quick, faces: { isOn: false } })
  await reader.open('test&tokens=8')
  await reader.choose('public/sample.webm')
  await reader.waitForReading()
  await page.getByRole('button', { name: timeline.pause }).click()
  const recorded = await reader.recorded()
  const updates = (await reader.transcripts()).length
  expect(recorded.length, 'windows that can be told apart').toBeGreaterThan(1)
  const opened = await page.evaluate(() => globalThis.videmoTest?.opened())

  const shown = new Set<number>()
  for (const share of [0.9, 0.1, 0.5, 0.7, 0.3, 0.99, 0.02, 0.6, 0.8, 0.4]) {
    await seek(page, share)
    await expect.poll(async () => Math.abs((await videoTimeS(reader)) - share * (await lengthS(reader)))).toBeLessThan(0.3)
    const timeS = await videoTimeS(reader)
    // The last window that covers the time; two frames are read a second.
    const covering = recorded.filter(({ startS, endS }) => startS <= timeS && timeS < endS + 0.5).at(-1)
    if (!covering) throw new Error(`nothing was read at ${timeS} s`)
    shown.add(covering.update)
    await expect(reader.answer('Emotion'), `at ${timeS} s`).toContainText(covering.texts.emotion ?? '')
    await expect(page.getByText(timeline.unread)).toHaveCount(0)
  }
  expect(shown.size, 'different readings came to be seen').toBeGreaterThan(1)

  expect(await reader.recorded()).toEqual(recorded)
  expect((await reader.transcripts()).length).toBe(updates)
  expect(await page.evaluate(() => globalThis.videmoTest?.opened())).toBe(opened)
})
