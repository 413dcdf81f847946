import { access, mkdir } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { storyCameraFile } from '../fixtures/story_camera.ts'
import { consentEarlier } from './camera-page.ts'
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
const verdict = '[data-verdict]'
/** The text of the emotion's answer; on a phone its short form. */
const why = 'section[aria-labelledby=why-title] [data-stage=emotion]'
const smile = '../shared/media/smile_neutral.mp4'

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
    const values = (attribute: string) =>
      [...document.querySelectorAll(`[data-${attribute}]`)].map((each) => each.getAttribute(`data-${attribute}`) ?? '')
    const why = document.getElementById('why-title')?.closest('section')
    return {
      verdicts: values('verdict'),
      isMarked: document.querySelector('[data-text-says]') !== null,
      texts: [...(why?.querySelectorAll('[data-emotion]') ?? [])].map((each) => each.getAttribute('data-emotion') ?? ''),
    }
  })
}

/** Sixty looks, half a second apart: how many show both, and which name two emotions without saying so. */
async function watchForContradiction(page: Page, what: string): Promise<void> {
  const contradictions: string[] = []
  let both = 0
  for (let sample = 0; sample < 60; sample++) {
    const { verdicts, isMarked, texts } = await named(page)
    if (verdicts.length > 0 && texts.length > 0) {
      both++
      const isSaid = verdicts.some((label) => texts.includes(label))
      if (!isSaid && !isMarked) contradictions.push(`${verdicts} against ${texts}`)
    }
    await page.waitForTimeout(500)
  }
  tell(`Now against Why, ${what}`, `${contradictions.length} of 60 samples contradict unmarked (${both} showed both)`)
  expect(contradictions).toEqual([])
  expect(both, 'samples in which both were there').toBeGreaterThan(0)
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
  await page.goto(`?${query}&auto`)
  await firstReading(reader)
  await watchForContradiction(page, 'the drawn face in turn')
  const isThere = await access(smile).then(
    () => true,
    () => false,
  )
  if (!isThere) tell('Now against Why, smile_neutral', `not looked at: ${smile} is not on this machine`)
  else {
    await reader.choose(smile)
    await firstReading(reader)
    await watchForContradiction(page, 'smile_neutral')
  }
  await reader.stop()
})

test('a refused camera, a corrupt file, no face and another model are told in view, with nothing stale', async ({
  page,
  reader,
}) => {
  await consentEarlier(page)
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('refused', 'NotAllowedError')
    }
  })
  await page.goto(`?${query}&auto`)
  await firstReading(reader)

  await reader.sourceButton('camera').click()
  await expect(reader.alert).toContainText('camera-denied')
  await expect(reader.alert).toBeInViewport({ ratio: 1 })
  // What ran before runs on.
  const before = await reader.finished()
  await expect.poll(() => reader.finished(), patience).toBeGreaterThan(before)
  await keepPicture(page, 'refused-camera')
  await page.keyboard.press('Escape')
  await expect(reader.alert).toHaveCount(0)

  await reader.chooseAll([{ name: 'corrupt.mp4', mimeType: 'video/mp4', buffer: Buffer.from('no video at all') }])
  await expect(reader.alert).toContainText('not-a-video')
  await expect(reader.alert).toBeInViewport({ ratio: 1 })
  await keepPicture(page, 'corrupt-file')
  await page.keyboard.press('Escape')

  await reader.choose('fixtures/data/clips/tiny.webm')
  await expect(page.locator('[data-absence]').first()).toBeInViewport(patience)
  await expect(page.locator(verdict), 'a verdict of the source before').toHaveCount(0)
  await keepPicture(page, 'no-face')
})
