import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { words } from '../src/app/panels/drawn/words.ts'
import { words as readings } from '../src/app/panels/reading/words.ts'
import { words as sources } from '../src/app/panels/sources/words.ts'
import { words as stage } from '../src/app/panels/stage/words.ts'
import { words as session } from '../src/app/session/words.ts'
import { expect, fixture, quick, processorTest as test } from './page.ts'

/** The picture as the page draws it, as a checksum of its pixels. */
function picture(page: Page): Promise<string> {
  return page.getByRole('img', { name: session.drawnName, exact: true }).evaluate(async (canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {}
    if (!data) throw new Error('no picture')
    const digest = await crypto.subtle.digest('SHA-1', new Uint8ClampedArray(data))
    return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  })
}

/** Holds the face still, and waits until what was set before has been reached. */
async function holdStill(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Hold still' }).click()
  return settled(page)
}

/** What is set is reached within fewer drawings of the page than this lets pass, however slow they are. */
function drawings(page: Page): Promise<void> {
  return page.evaluate(async () => {
    for (let frame = 0; frame < 10; frame++) await new Promise(requestAnimationFrame)
  })
}

/** The picture once it no longer changes. */
async function settled(page: Page): Promise<string> {
  let before = ''
  await expect
    .poll(async () => {
      const last = before
      await drawings(page)
      before = await picture(page)
      return before === last
    })
    .toBe(true)
  return before
}

const truth = (page: Page) => page.getByText(/^Drawn: /)
const adjust = (page: Page) => page.getByRole('button', { name: words.adjust, exact: true }).click()
const lastPicture = (page: Page) => page.getByRole('img', { name: stage.lastPictureOf(session.drawnName) })

test('the drawn face is read as a camera is; what is set is what is drawn', async ({ page, reader }) => {
  await reader.settings(quick)
  await reader.open('test&tokens=4')
  await reader.sourceButton('drawn').click()
  await expect(page.getByRole('dialog'), 'it asks for nothing: no camera is used').toHaveCount(0)
  await expect(truth(page)).toHaveText('Drawn: at rest')

  await page.getByRole('radio', { name: 'Happy' }).click()
  await expect(truth(page)).toHaveText('Drawn: smiles, cheeks raised')
  await expect(page.getByText('happy, AU6 AU12', { exact: true })).toBeVisible()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(1)
  const [transcript] = await reader.transcripts()
  const frames = await reader.framesOf(transcript.update)
  expect(frames.length).toBeGreaterThanOrEqual(2)
  for (const frame of frames) {
    expect(frame.width).toBe(frame.height)
    const gray = new Set(Buffer.from(frame.rgba, 'base64'))
    expect(gray.size, 'no empty canvas').toBeGreaterThan(50)
  }

  // A slider moves the face, and so does every look; the picture holds still otherwise.
  const smiling = await holdStill(page)
  await adjust(page)
  const jaw = page.getByRole('slider', { name: /AU26/ })
  await jaw.fill('0.9')
  await expect(truth(page)).toHaveText('Drawn: smiles, cheeks raised, mouth open')
  expect(await settled(page)).not.toBe(smiling)
  await jaw.fill('0')
  await page.getByRole('slider', { name: /AU25/ }).fill('0')
  await page.getByRole('slider', { name: /AU4/ }).fill('0.8')
  await expect(truth(page)).toHaveText('Drawn: smiles, cheeks raised, brows lowered')
  await expect(page.getByRole('radio', { name: 'Happy' })).not.toBeChecked()
  await page.getByRole('radio', { name: 'Happy' }).click()
  expect(await settled(page), 'the same setting is the same picture').toBe(smiling)
  await page.getByText(words.looksAndPlace).click()
  await page.getByRole('radio', { name: 'Amara' }).click()
  const amara = await settled(page)
  expect(amara).not.toBe(smiling)
  await page.getByText('Hat', { exact: true }).click()
  expect(await settled(page)).not.toBe(amara)

  // A motion sets it going again.
  await page.getByRole('radio', { name: 'Nod' }).click()
  await expect(truth(page)).toHaveText('Drawn: smiles, cheeks raised, nods')
  const before = await picture(page)
  await expect.poll(() => picture(page)).not.toBe(before)

  await page.getByRole('button', { name: stage.stop, exact: true }).click()
  await expect(page.getByRole('status')).toHaveText(session.stopped)
  await expect(lastPicture(page)).toBeVisible()
  await expect(page.getByRole('img', { name: session.drawnName, exact: true })).toHaveCount(0)
  expect(await reader.readingCount()).toBeGreaterThanOrEqual(1)
})

test('a video of the drawn face can be saved, and opened as a file', async ({ page, reader }) => {
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  await page.keyboard.press('4')
  await page.getByRole('radio', { name: 'Surprised' }).click()
  await adjust(page)
  await page.getByRole('button', { name: words.record }).click()
  await page.getByRole('radio', { name: 'Shake head' }).click()
  // The video is as long as it was recorded.
  await page.waitForTimeout(3000)
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: words.save }).click()
  const download = await saved
  expect(download.suggestedFilename()).toMatch(/^drawn-face-[\dT-]+\.webm$/)
  await expect(page.getByRole('button', { name: words.record })).toBeVisible()

  await reader.choose(await download.path())
  await expect(page.getByRole('img', { name: session.drawnName, exact: true })).toHaveCount(0)
  await reader.waitForReading()
  const [transcript] = await reader.transcripts()
  const seen = await reader.framesOf(transcript.update)
  expect(seen.length).toBeGreaterThanOrEqual(4)
  expect(seen[0].width).toBe(seen[0].height)
  expect(new Set(seen.map(({ rgba }) => rgba)).size, 'a moving picture').toBeGreaterThan(1)
})

test('the drawn face can be moved from the keyboard alone', async ({ page, reader }) => {
  await reader.open('test&tokens=2')
  await page.keyboard.press('4')
  await expect(truth(page)).toBeVisible()
  const focused = () =>
    page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '')
  const tabTo = async (wanted: RegExp) => {
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab')
      if (wanted.test(await focused())) return
    }
    throw new Error(`${wanted} is not reached`)
  }
  // One stop for each row of chips; arrows go along it.
  await tabTo(/^Neutral$/)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  expect(await focused()).toBe('Angry')
  await page.keyboard.press('Space')
  await expect(truth(page)).toHaveText('Drawn: brows lowered, lids tight, lips pressed')
  // The timeline is a slider, too.
  const sliders = page.getByRole('slider', { name: /AU\d/ })
  await tabTo(/^Adjust face$/)
  await page.keyboard.press('Enter')
  await expect(sliders.first()).toBeVisible()
  await tabTo(/^$/)
  await expect(sliders.first()).toBeFocused()
  for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowRight')
  await expect(sliders.first()).toHaveValue('0.7')
  await expect(truth(page)).toHaveText(/inner brows raised, brows lowered, lids tight/)
  await tabTo(/^None$/)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await expect(truth(page)).toHaveText(/, nods$/)
  await reader.stop()
  await expect(lastPicture(page)).toBeVisible()
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 360]) {
    test(`axe finds nothing serious beside the drawn face: ${colorScheme}, ${width} px`, async ({ page, reader }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 900 })
      await reader.open('test&tokens=2')
      await page.keyboard.press('4')
      await expect(truth(page)).toBeVisible()
      if (width === 360) await page.getByRole('button', { name: sources.adjustFace }).click()
      else await adjust(page)
      await expect(page.getByRole('button', { name: words.move }), 'still until it is asked for').toBeVisible()
      await page.getByText(words.looksAndPlace, { exact: true }).click()
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    })
  }
}

test.describe('a first visit', () => {
  /** The same weights, said to have learnt something. */
  async function pretendTrained(page: Page): Promise<void> {
    await page.route('**/manifest.json', async (route) => {
      const response = await route.fetch()
      const manifest = await response.json()
      await route.fulfill({ response, json: { ...manifest, source: { ...manifest.source, origin: 'training' } } })
    })
  }

  const useCamera = (page: Page) => page.getByRole('button', { name: words.useCamera, exact: true })

  test('shows the drawn face being read, in turn, until something is chosen', async ({ page, reader }) => {
    await pretendTrained(page)
    await reader.settings(quick)
    await page.goto(`?test&tokens=2&unchecked&auto&${fixture}`)
    await expect(truth(page)).toHaveText('Drawn: smiles, cheeks raised', { timeout: 60_000 })
    await expect(useCamera(page)).toBeVisible()
    await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(1)
    await expect(page.getByRole('radio', { name: 'In turn' })).toBeChecked()
    // Wherever the turns stand when the reading is done: one round of all of them takes some 40 seconds.
    await expect(truth(page)).toHaveText('Drawn: brows raised, mouth open', { timeout: 90_000 })
    await adjust(page)
    await page.getByRole('slider', { name: /AU12/ }).fill('0.9')
    await expect(page.getByRole('radio', { name: 'In turn' })).not.toBeChecked()

    // Choosing it is a choice: the next visit begins with the question.
    await page.keyboard.press('4')
    await expect(useCamera(page)).toHaveCount(0)
    await page.reload()
    await expect(page.getByRole('button', { name: sources.tryDrawn })).toBeVisible()
    await expect(truth(page)).toHaveCount(0)
  })

  test('shows it still to whoever wants less motion', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await pretendTrained(page)
    await page.goto(`?test&tokens=2&unchecked&auto&${fixture}`)
    await expect(truth(page)).toHaveText('Drawn: smiles, cheeks raised', { timeout: 60_000 })
    await expect(page.getByRole('button', { name: words.move })).toBeVisible()
    const before = await settled(page)
    await page.waitForTimeout(1500)
    expect(await picture(page)).toBe(before)
  })

  test('shows it and reads nothing of it while the weights are random', async ({ page, reader }) => {
    await reader.open('test&auto')
    await expect(truth(page)).toBeVisible()
    await expect(page.getByText(readings.absenceText({ kind: 'placeholder' }))).toBeVisible()
    expect(await reader.finished()).toBe(0)
  })
})
