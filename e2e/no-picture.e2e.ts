import { pictureWords } from '../src/app/words/run.ts'
import { consentEarlier } from './camera-page.ts'
import { installFakeCamera } from './fake-camera.ts'
import { expect, quick, type ReaderPage, processorTest as test } from './page.ts'

const framesPerSecond = 5

test('a camera that hangs or is muted is not read, says what it may be, and goes on by itself', async ({
  page,
  reader,
}) => {
  await consentEarlier(page)
  await installFakeCamera(page)
  await reader.settings({ ...quick, reading: { ...quick.reading, framesPerSecond } })
  await reader.open('test&tokens=2')
  await reader.sourceButton('camera').click()
  await expect.poll(() => reader.readingCount()).toBeGreaterThan(1)
  const notice = reader.video.getByText('The camera gives no picture')
  await expect(notice).toHaveCount(0)

  const holdsAndGoesOn = async (goOn: () => Promise<void>) => {
    await expect(notice).toBeVisible()
    await expect(reader.video.getByText('No picture', { exact: true })).toBeVisible()
    await expect(page.getByRole('status')).toContainText('The camera gives no picture')
    const before = await reader.readingCount()
    // Long enough for several readings.
    await page.waitForTimeout(2500)
    expect(await reader.readingCount(), 'readings without a picture').toBe(before)
    await goOn()
    await expect(notice).toHaveCount(0)
    await expect.poll(() => reader.readingCount()).toBeGreaterThan(before + 1)
  }
  await test.step('no frames come', async () => {
    await page.evaluate(() => globalThis.fakeCamera?.setRate(0))
    await expect(reader.video).toContainText(pictureWords.silent)
    await holdsAndGoesOn(() => page.evaluate(() => globalThis.fakeCamera?.setRate(20)))
  })
  await test.step('muted, and black frames may come', async () => {
    await page.evaluate(() => globalThis.fakeCamera?.mute(true))
    await expect(reader.video).toContainText(pictureWords.muted)
    await holdsAndGoesOn(() => page.evaluate(() => globalThis.fakeCamera?.mute(false)))
  })
  await test.step('it can be stopped meanwhile', async () => {
    await page.evaluate(() => globalThis.fakeCamera?.mute(true))
    await expect(notice).toBeVisible()
    await reader.stop()
    await expect(page.getByRole('status')).toHaveText('Stopped.')
    await expect(notice).toHaveCount(0)
  })
})

test('a shared screen that stands still is read all the same', async ({ page, reader }) => {
  await installFakeCamera(page)
  await reader.settings({ ...quick, reading: { ...quick.reading, framesPerSecond } })
  await reader.open('test&tokens=2')
  await page.keyboard.press('3')
  await expect.poll(() => reader.readingCount()).toBeGreaterThan(0)
  await page.evaluate(() => globalThis.fakeCamera?.setRate(0))
  // As long as a camera would be given, and again.
  await page.waitForTimeout(4000)
  const before = await reader.readingCount()
  await expect.poll(() => reader.readingCount()).toBeGreaterThan(before)
  await expect(reader.video).not.toContainText('gives no picture')
  expectStill(await lastFrames(reader))
})

async function lastFrames(reader: ReaderPage) {
  const last = (await reader.transcripts()).findLast(({ figures }) => figures)
  return reader.framesOf(last?.update ?? 0)
}

function expectStill(frames: readonly { readonly rgba: string; readonly timeS: number }[]): void {
  expect(frames.length).toBeGreaterThan(2)
  const [{ rgba }] = frames.slice(-1)
  expect(frames.slice(-2).map((frame) => frame.rgba)).toEqual([rgba, rgba])
  const times = frames.map(({ timeS }) => timeS)
  expect(times).toEqual([...times].sort((a, b) => a - b))
}
