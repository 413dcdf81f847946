import type { Page } from '@playwright/test'
import { words as timeline } from '../src/app/panels/timeline/words.ts'
import { expect, type ReaderPage, processorTest as test } from './page.ts'

const slider = (page: Page) => page.getByRole('slider', { name: timeline.slider })

const timeOf = ({ video }: ReaderPage) =>
  video.locator('video').evaluate((element: HTMLVideoElement) => ({
    timeS: element.currentTime,
    lengthS: element.duration,
    isSeeking: element.seeking,
  }))

/** Presses the axis at a share of its width, and waits until the video shows that place. */
async function seek({ page, video }: ReaderPage, share: number): Promise<number> {
  const box = await slider(page).boundingBox()
  if (!box) throw new Error('no timeline')
  await page.mouse.click(box.x + share * box.width, box.y + box.height / 3)
  const reader = { page, video } as ReaderPage
  await expect
    .poll(async () => {
      const { timeS, lengthS, isSeeking } = await timeOf(reader)
      return isSeeking ? 1 : Math.abs(timeS / lengthS - share)
    })
    .toBeLessThan(0.02)
  return (await timeOf(reader)).timeS
}

test('a finished file is sought ten times: nothing is read, and the verdict and its reasons are of that time', async ({
  page,
  reader,
}) => {
  // The model that comes with the page has learnt drawn faces, as the sample's.
  await reader.settings({ probes: { isOn: false }, faces: { isOn: false } })
  await page.goto('?test&tokens=256&unchecked')
  await reader.openSample()
  await reader.waitForReading()
  // It stands at its end by then, or plays on to it.
  await reader.video.locator('video').evaluate((element: HTMLVideoElement) => element.pause())
  const recorded = await reader.recorded()
  const before = await facts(reader)
  expect(recorded.length, 'readings that can be told apart').toBeGreaterThan(1)

  const shown = new Set<string>()
  for (const share of [0.9, 0.1, 0.5, 0.7, 0.3, 0.98, 0.02, 0.6, 0.8, 0.4]) {
    const timeS = await seek(reader, share)
    // The window that was newest then. Its frames, two a second, stand for half an interval before and after; the last one also
    // for the part of a pair that is left at the end.
    const reading = recorded.find(
      ({ startS, endS }, at) => startS - 0.25 <= timeS && timeS < endS + (at === recorded.length - 1 ? 1.25 : 0.25),
    )
    const told = reading?.texts.emotion
    if (!told)
      throw new Error(
        `nothing was read at ${timeS} s of ${JSON.stringify(recorded.map(({ startS, endS }) => [startS, endS]))}`,
      )
    await expect(reader.answer('Emotion'), `at ${timeS} s`).toContainText(told)
    const label = await page.locator('[data-verdict]').first().getAttribute('data-verdict')
    expect(told, `at ${timeS} s the verdict is ${label}`).toContain(label)
    await expect(slider(page)).toHaveAttribute('aria-valuetext', new RegExp(`, appears ${label}`))
    shown.add(told)
  }
  expect(shown.size, 'what was said at different times').toBeGreaterThan(1)
  expect(await reader.recorded()).toEqual(recorded)
  expect(await facts(reader)).toEqual(before)
  console.log(`    ten places: ${shown.size} of ${recorded.length} readings came to be seen, none was made`)
})

test('the timeline is one tab stop whose keys go by a frame, by a reading, and to both ends', async ({
  page,
  reader,
}) => {
  await reader.settings({ probes: { isOn: false }, faces: { isOn: false } })
  await page.goto('?test&tokens=8&unchecked')
  await reader.openSample()
  await reader.waitForReading()
  const recorded = await reader.recorded()
  const before = await facts(reader)
  await slider(page).focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('ArrowRight')
  // It holds at a frame that is stepped to.
  await expect(page.getByRole('button', { name: timeline.play })).toBeVisible()
  await page.keyboard.press('Home')
  await expect.poll(async () => (await timeOf(reader)).timeS).toBe(0)
  await page.keyboard.press('ArrowRight')
  const { timeS: frameS } = await timeOf(reader)
  expect(frameS).toBeGreaterThan(0.01)
  expect(frameS).toBeLessThan(0.11)
  await page.keyboard.press('ArrowLeft')
  expect((await timeOf(reader)).timeS).toBeCloseTo(0, 2)
  await page.keyboard.press('Shift+ArrowRight')
  // To where the second window has something to add.
  expect((await timeOf(reader)).timeS).toBeCloseTo(recorded[0].endS + 0.25, 2)
  await page.keyboard.press('End')
  const { timeS, lengthS } = await timeOf(reader)
  expect(lengthS - timeS).toBeLessThan(0.1)
  await expect(slider(page)).toHaveAttribute('aria-valuenow', String(Math.round(timeS * 10) / 10))
  expect(await facts(reader)).toEqual(before)

  // Only what says so reads from here.
  await page.getByRole('button', { name: timeline.readFrom }).click()
  await expect.poll(() => reader.readingCount(), { timeout: 60_000 }).toBeGreaterThan(recorded.length)
})

/** What a reading that was started would change. */
async function facts(reader: ReaderPage) {
  const opened = await reader.page.evaluate(() => globalThis.videmoTest?.opened())
  return { opened, updates: (await reader.transcripts()).length, recorded: await reader.readingCount() }
}
