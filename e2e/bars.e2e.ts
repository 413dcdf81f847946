import { access, mkdir } from 'node:fs/promises'
import { createCanvas } from '@napi-rs/canvas'
import type { Page } from '@playwright/test'
import { storyCameraFile } from '../fixtures/story_camera.ts'
import { words as faces } from '../src/app/panels/faces/words.ts'
import { words as reading } from '../src/app/panels/reading/words.ts'
import { consentEarlier } from './camera-page.ts'
import { installFakeCamera, playBeforeCamera } from './fake-camera.ts'
import { expect, processorTest, type ReaderPage } from './page.ts'
import { controlsInView, firstLine, installMeter, readMeter, resetMeter, stopsToWhy } from './page-meter.ts'

/** On a page that computes on the processor, with a camera that plays a drawn face. */
const test = processorTest.extend<object, object>({
  launchOptions: [
    async ({ launchOptions }, use) => {
      const camera = [
        '--use-fake-device-for-media-stream',
        `--use-file-for-fake-video-capture=${await storyCameraFile()}`,
      ]
      await use({ ...launchOptions, args: [...(launchOptions.args ?? []), ...camera] })
    },
    { scope: 'worker' },
  ],
  permissions: ['camera'],
})

/** Of the tested page, whose embedded model reads drawn faces. */
const query = 'test&unchecked&tokens=256'
const sizes = [
  { width: 1440, height: 900, mostControls: 25 },
  { width: 1280, height: 720 },
  { width: 768, height: 1024 },
  { width: 390, height: 844, mostControls: 15 },
  { width: 320, height: 640 },
] as const
const [wide] = sizes
const patience = { timeout: 150_000 }
/** Of the headline: marks of claims have verdicts too. */
const verdict = 'section[aria-labelledby=now-title] [data-verdict]'
/** The text of the emotion's answer; on a phone its short form. */
const why = 'section[aria-labelledby=why-title] [data-stage=emotion]'
const smile = '../shared/media/smile_neutral.mp4'

/** Of sixty samples so many must compare something. */
const leastCompared = 20

function tell(bar: string, value: string | number): void {
  console.log(`    ${bar}: ${value}`)
}

async function firstReading(reader: ReaderPage): Promise<void> {
  await expect.poll(() => reader.finished(), patience).toBeGreaterThan(0)
  await expect(reader.page.locator(verdict).first()).toBeVisible(patience)
}

/** What the headline and the text below it name, in the same moment. */
function named(page: Page) {
  return page.evaluate(() => {
    const now = document.getElementById('now-title')?.closest('section')
    const why = document.getElementById('why-title')?.closest('section')
    const values = (within: Element | null | undefined, attribute: string) =>
      [...(within?.querySelectorAll(`[${attribute}]`) ?? [])].map((each) => each.getAttribute(attribute) ?? '')
    return {
      verdicts: values(now, 'data-verdict'),
      isMarked: Boolean(now?.querySelector('[data-text-says]')),
      texts: values(why, 'data-emotion'),
    }
  })
}

/** Sixty looks, half a second apart: how many show both, and which name two emotions without saying so. */
async function watchForContradiction(page: Page, what: string): Promise<void> {
  const contradictions: string[] = []
  let [both, different] = [0, 0]
  for (let sample = 0; sample < 60; sample++) {
    const { verdicts, isMarked, texts } = await named(page)
    if (verdicts.length > 0 && texts.length > 0) {
      both++
      const isSame =
        verdicts.every((label) => texts.includes(label)) && texts.every((label) => verdicts.includes(label))
      if (!isSame) different++
      if (!isSame && !isMarked) contradictions.push(`${verdicts} against ${texts}`)
    }
    await page.waitForTimeout(500)
  }
  const count = `${both} of 60 samples had both, ${different} of them two different ones`
  tell(`Now against Why, ${what}`, `${count}, ${contradictions.length} unmarked`)
  expect(contradictions).toEqual([])
  expect(both, 'samples that had both').toBeGreaterThanOrEqual(leastCompared)
}

/** What the headline says, as text. */
function headline(page: Page) {
  return page.evaluate(() =>
    (document.getElementById('now-title')?.closest('section')?.innerText ?? '').split(/\s*\n\s*/),
  )
}

/** Whether a verdict stands there that nothing has been read for since, and that does not say so. */
async function isStale(page: Page): Promise<boolean> {
  const lines = await headline(page)
  return (await page.locator(verdict).count()) > 0 && !lines.includes(reading.last)
}

/** A picture of a plain wall. */
function wall(): Buffer {
  const canvas = createCanvas(320, 240)
  const context = canvas.getContext('2d')
  context.fillStyle = '#b9cbcd'
  context.fillRect(0, 0, 320, 240)
  return canvas.toBuffer('image/png')
}

async function keepPicture(page: Page, name: string): Promise<void> {
  await mkdir('test-results/bars', { recursive: true })
  await page.screenshot({ path: `test-results/bars/${name}.png` })
}

test.beforeEach(async ({ page }) => {
  await page.setViewportSize(wide)
  await installMeter(page)
})

test('the first visit holds still, shows the verdict and why at every size, and has few controls', async ({
  page,
  reader,
}) => {
  await page.goto(`?${query}&auto`)
  await firstReading(reader)
  const { shift, moved } = await readMeter(page)
  tell('layout shift, first visit', `${shift.toFixed(4)} ${JSON.stringify(moved)}`)
  const wrong: string[] = []
  for (const { width, height, ...bars } of sizes) {
    await page.setViewportSize({ width, height })
    await expect(page.locator(verdict).first()).toBeVisible(patience)
    const where = `${width} x ${height}`
    // Texts come and go with the reading: one look at a time when both are there.
    await expect.poll(() => firstLine(page, why), patience).toBeDefined()
    const [now, because] = [await firstLine(page, verdict), await firstLine(page, why)]
    tell(`y of verdict and Why at ${where}`, `${now?.top.toFixed(0)} and ${because?.top.toFixed(0)} of ${height}`)
    if (!now?.isSeen) wrong.push(`verdict not in view at ${where}`)
    if (!because?.isSeen) wrong.push(`Why not in view at ${where}`)
    const controls = await controlsInView(page)
    tell(`controls at ${where}`, `${controls.length}: ${controls.join(' | ')}`)
    if ('mostControls' in bars && controls.length > bars.mostControls) {
      wrong.push(`${controls.length} controls at ${where}`)
    }
    await keepPicture(page, `first-visit-${width}`)
  }
  await page.setViewportSize(wide)
  const stops = await stopsToWhy(page)
  tell('tab stops to Why', `${stops.length}: ${stops.join(' | ')}`)
  await reader.stop()
  expect(shift).toBeLessThan(0.05)
  expect(wrong).toEqual([])
  expect(stops.length).toBeLessThanOrEqual(15)
})

test('thirty seconds of camera hold still and say little', async ({ page, reader }) => {
  await consentEarlier(page)
  await page.goto(`?${query}`)
  await reader.sourceButton('camera').click()
  await firstReading(reader)
  await resetMeter(page)
  await page.waitForTimeout(30_000)
  const { shift, moved, spoken, words } = await readMeter(page)
  tell('layout shift, 30 s of camera', `${shift.toFixed(4)} ${JSON.stringify(moved)}`)
  tell('words spoken in 30 s of camera', `${words}: ${spoken.join(' | ')}`)
  const wrong: string[] = []
  for (const { width, height, ...bars } of sizes) {
    if (!('mostControls' in bars)) continue
    await page.setViewportSize({ width, height })
    await expect.poll(() => firstLine(page, why), patience).toBeDefined()
    const controls = await controlsInView(page)
    tell(`controls of a camera at ${width} x ${height}`, `${controls.length}: ${controls.join(' | ')}`)
    if (controls.length > bars.mostControls) wrong.push(`${controls.length} controls at ${width} x ${height}`)
    await keepPicture(page, `camera-${width}`)
  }
  await reader.stop()
  expect(shift).toBeLessThan(0.1)
  expect(words).toBeLessThan(40)
  expect(wrong).toEqual([])
})

test('Now and Why never name two emotions without saying so', async ({ page, reader }) => {
  await consentEarlier(page)
  await page.goto(`?${query}&auto`)
  await firstReading(reader)
  await watchForContradiction(page, 'the drawn face in turn')
  const isThere = await access(smile).then(
    () => true,
    () => false,
  )
  if (isThere) await playBeforeCamera(page, smile)
  await reader.sourceButton('camera').click()
  await expect(page.locator('[data-kind=camera]').first()).toBeVisible()
  await firstReading(reader)
  const what = isThere
    ? 'smile_neutral.mp4 before a camera'
    : `a drawn face before a camera, as ${smile} is not on this machine`
  await watchForContradiction(page, what)
  await reader.stop()
})

test('a refused camera, a corrupt file, no face and another model are told in view, with nothing stale', async ({
  page,
  reader,
  weights,
}) => {
  await consentEarlier(page)
  // Plain colors, in which there is no face; the camera is refused.
  await installFakeCamera(page)
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('refused', 'NotAllowedError')
    }
  })
  await page.goto(`?${query}&auto`)
  await firstReading(reader)

  await test.step('a refused camera', async () => {
    await reader.sourceButton('camera').click()
    await expect(reader.alert).toContainText('camera-denied')
    await expect(reader.alert).toBeInViewport({ ratio: 1 })
    // What ran before runs on.
    const before = await reader.finished()
    await expect.poll(() => reader.finished(), patience).toBeGreaterThan(before)
    await keepPicture(page, 'refused-camera')
    await page.keyboard.press('Escape')
    await expect(reader.alert).toHaveCount(0)
  })

  await test.step('a corrupt file', async () => {
    await reader.chooseAll([{ name: 'corrupt.mp4', mimeType: 'video/mp4', buffer: Buffer.from('no video at all') }])
    await expect(reader.alert).toContainText('not-a-video')
    await expect(reader.alert).toBeInViewport({ ratio: 1 })
    await keepPicture(page, 'corrupt-file')
    await page.keyboard.press('Escape')
    await expect(reader.alert).toHaveCount(0)
  })

  await test.step('no face: live, and in a picture', async () => {
    await reader.openScreen()
    const absence = page.locator('[data-absence]')
    await expect(absence).toHaveAttribute('data-absence', 'no-face', patience)
    await expect(absence).toBeInViewport({ ratio: 1 })
    await expect(page.locator(verdict), 'a verdict of the source before').toHaveCount(0)
    await keepPicture(page, 'no-face')
    await reader.chooseAll([{ name: 'wall.png', mimeType: 'image/png', buffer: wall() }])
    await expect(page.getByText(faces.noneInFile)).toBeInViewport(patience)
    await expect(page.locator(verdict), 'a verdict of the source before').toHaveCount(0)
    tell('no face in a picture', JSON.stringify(await headline(page)))
    await keepPicture(page, 'no-face-in-a-picture')
  })

  await test.step('another model while a face is read', async () => {
    // The fixture's weights, said to have learned drawn faces: what they say is read, and wrong.
    weights.changeManifest(({ source }) => ({ source: { ...source, origin: 'elsewhere' }, reads: 'drawn-faces' }))
    await reader.sourceButton('drawn').click()
    await firstReading(reader)
    const before = await reader.readingCount()
    weights.hold()
    await reader.load(weights.url)
    await expect.poll(() => weights.requests.length, patience).toBeGreaterThan(1)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await keepPicture(page, 'model-on-its-way')
    weights.release()
    const name = new RegExp(`${new URL(weights.url).host} · q4`)
    await expect(page.getByRole('navigation', { name: 'Panels' })).toContainText(name, patience)
    tell('changed model, at once', JSON.stringify(await headline(page)))
    await keepPicture(page, 'changed-model')
    expect(await isStale(page), 'a verdict of the model before').toBe(false)
    await expect.poll(() => reader.readingCount(), patience).toBeGreaterThan(before)
    await keepPicture(page, 'changed-model-read')
  })
})
