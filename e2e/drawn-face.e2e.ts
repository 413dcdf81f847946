import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, fixture, quick, processorTest as test } from './page.ts'

/** The picture as the page draws it, as a checksum of its pixels. */
function picture(page: Page): Promise<string> {
  return page.getByRole('img', { name: 'Drawn face' }).evaluate(async (canvas: HTMLCanvasElement) => {
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

/** The picture once it no longer changes. */
async function settled(page: Page): Promise<string> {
  let before = ''
  await expect
    .poll(async () => {
      const last = before
      before = await picture(page)
      return before === last
    })
    .toBe(true)
  return before
}

const truth = (page: Page) => page.getByText(/^Drawn: /)
const frames = (page: Page) => page.getByRole('region', { name: 'What the model sees' }).getByRole('listitem')

test('the drawn face is read as a camera is; what is set is what is drawn', async ({ page, reader }) => {
  await reader.settings(quick)
  await reader.open('test&tokens=4')
  await page.getByRole('button', { name: 'Try the drawn face' }).click()
  await expect(page.getByText('Drawn face', { exact: true }).first()).toBeVisible()
  await expect(page.getByRole('dialog'), 'it asks for nothing: no camera is used').toHaveCount(0)
  await expect(truth(page)).toHaveText('Drawn: no action unit, neutral')

  await page.getByRole('radio', { name: 'Smile' }).click()
  await expect(truth(page)).toHaveText('Drawn: AU6 AU12, happy')
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(1)
  expect(await frames(page).count()).toBeGreaterThanOrEqual(2)
  const [transcript] = await reader.transcripts()
  for (const frame of await reader.framesOf(transcript.update)) {
    expect(frame.width).toBe(frame.height)
    const grey = new Set(Buffer.from(frame.rgba, 'base64'))
    expect(grey.size, 'no empty canvas').toBeGreaterThan(50)
  }

  // A slider moves the face, and so does every look; the picture holds still otherwise.
  const smiling = await holdStill(page)
  const jaw = page.getByRole('slider', { name: /AU26/ })
  await jaw.fill('0.9')
  await expect(truth(page)).toHaveText('Drawn: AU6 AU12 AU25 AU26, happy')
  expect(await settled(page)).not.toBe(smiling)
  await jaw.fill('0')
  await page.getByRole('slider', { name: /AU25/ }).fill('0')
  await page.getByRole('slider', { name: /AU4/ }).fill('0.8')
  await expect(truth(page)).toHaveText('Drawn: AU4 AU6 AU12, happy')
  await expect(page.getByRole('radio', { name: 'Smile' })).not.toBeChecked()
  await page.getByRole('radio', { name: 'Smile' }).click()
  expect(await settled(page), 'the same setting is the same picture').toBe(smiling)
  await page.getByText('Looks and place').click()
  await page.getByRole('radio', { name: 'Amara' }).click()
  const amara = await settled(page)
  expect(amara).not.toBe(smiling)
  await page.getByText('Hat', { exact: true }).click()
  expect(await settled(page)).not.toBe(amara)

  // A motion sets it going again.
  await page.getByRole('radio', { name: 'Nod' }).click()
  await expect(truth(page)).toHaveText('Drawn: AU6 AU12, happy, nod')
  const before = await picture(page)
  await expect.poll(() => picture(page)).not.toBe(before)

  await page.getByRole('button', { name: 'Stop', exact: true }).click()
  await expect(page.getByRole('status')).toHaveText('Stopped.')
  await expect(page.getByRole('img', { name: 'Drawn face' })).toHaveCount(0)
  await expect(reader.readings.first()).toBeVisible()
  await expect(page.getByRole('button', { name: 'Try the drawn face' })).toBeVisible()
})

test('a video of the drawn face can be saved, and opened as a file', async ({ page, reader }) => {
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  await page.keyboard.press('4')
  await page.getByRole('radio', { name: 'Surprised' }).click()
  await page.getByRole('button', { name: 'Record a video' }).click()
  await page.getByRole('radio', { name: 'Shake head' }).click()
  // The video is as long as it was recorded.
  await page.waitForTimeout(3000)
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the video' }).click()
  const download = await saved
  expect(download.suggestedFilename()).toMatch(/^drawn-face-[\dT-]+\.webm$/)
  await expect(page.getByRole('button', { name: 'Record a video' })).toBeVisible()

  await reader.choose(await download.path())
  await expect(page.getByRole('img', { name: 'Drawn face' })).toHaveCount(0)
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
  await tabTo(/^Smile$/)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  expect(await focused()).toBe('Scowl')
  await page.keyboard.press('Space')
  await expect(truth(page)).toHaveText('Drawn: AU4 AU7 AU24, angry')
  const sliders = page.getByRole('slider')
  await tabTo(/^$/)
  await expect(sliders.first()).toBeFocused()
  for (let i = 0; i < 14; i++) await page.keyboard.press('ArrowRight')
  await expect(sliders.first()).toHaveValue('0.7')
  await expect(truth(page)).toHaveText(/AU1 AU4 AU7/)
  await tabTo(/^None$/)
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await expect(truth(page)).toHaveText(/, nod$/)
  // Escape stops from wherever the focus is.
  await page.keyboard.press('Escape')
  await expect(page.getByRole('img', { name: 'Drawn face' })).toHaveCount(0)
})

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 360]) {
    test(`axe finds nothing serious beside the drawn face: ${colorScheme}, ${width} px`, async ({ page, reader }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 900 })
      await reader.open('test&tokens=2')
      await page.keyboard.press('4')
      await expect(truth(page)).toBeVisible()
      await expect(page.getByRole('button', { name: 'Move' }), 'still until it is asked for').toBeVisible()
      for (const title of width === 360 ? ['Action units', 'Motion', 'Looks and place'] : ['Looks and place']) {
        await page.getByText(title, { exact: true }).click()
      }
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

  const choices = (page: Page) => page.getByRole('list', { name: 'What to watch, and with what' })

  test('shows the drawn face being read, in turn, until something is chosen', async ({ page, reader }) => {
    await pretendTrained(page)
    await reader.settings(quick)
    await page.goto(`?test&tokens=2&unchecked&auto&${fixture}`)
    await expect(truth(page)).toHaveText('Drawn: AU6 AU12, happy', { timeout: 60_000 })
    for (const name of ['Use my camera', 'Open a video', 'Get VidEmo-3B']) {
      await expect(choices(page).getByRole('button', { name })).toBeVisible()
    }
    await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(1)
    await expect(page.getByRole('radio', { name: 'In turn' })).toBeChecked()
    // Wherever the turns stand when the reading is done: one round of all of them takes some 40 seconds.
    await expect(truth(page)).toHaveText('Drawn: AU1 AU2 AU25 AU26, surprise', { timeout: 90_000 })
    await page.getByRole('slider', { name: /AU12/ }).fill('0.9')
    await expect(page.getByRole('radio', { name: 'In turn' })).not.toBeChecked()

    // Choosing it is a choice: the next visit begins with the question.
    await page.keyboard.press('4')
    await expect(choices(page)).toHaveCount(0)
    await page.reload()
    await expect(page.getByRole('button', { name: 'Try the drawn face' })).toBeVisible()
    await expect(page.getByText(/ parameters$/)).toBeVisible({ timeout: 60_000 })
    await expect(truth(page)).toHaveCount(0)
  })

  test('shows it still to whoever wants less motion', async ({ page }) => {
    await page.emulateMedia({ reducedMotion: 'reduce' })
    await pretendTrained(page)
    await page.goto(`?test&tokens=2&unchecked&auto&${fixture}`)
    await expect(truth(page)).toHaveText('Drawn: AU6 AU12, happy', { timeout: 60_000 })
    await expect(page.getByRole('button', { name: 'Move' })).toBeVisible()
    const before = await settled(page)
    await page.waitForTimeout(1500)
    expect(await picture(page)).toBe(before)
  })

  test('begins with the question while the weights are random', async ({ page, reader }) => {
    await reader.open('test&auto')
    await expect(page.getByRole('button', { name: 'Try the drawn face' })).toBeVisible()
    await expect(truth(page)).toHaveCount(0)
  })
})
