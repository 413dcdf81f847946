import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { words as drawers } from '../src/app/panels/drawers/words.ts'
import { words as measured } from '../src/app/panels/faces/words.ts'
import { words as reading } from '../src/app/panels/reading/words.ts'
import { words as stage } from '../src/app/panels/stage/words.ts'
import { consentEarlier } from './camera-page.ts'
import { expect, quick, type ReaderPage, processorTest as test } from './page.ts'
import { installTwoFaces } from './two-faces.ts'

test.beforeEach(async ({ page }) => {
  await consentEarlier(page)
  await installTwoFaces(page)
})

const face = (page: Page, number: number) => page.getByRole('radio', { name: `Face ${number}` })

/** Until both people of the camera are followed; the numbers that they have. */
async function bothNumbers(page: Page): Promise<readonly [number, number]> {
  await expect(page.getByRole('radio', { name: /^Face / })).toHaveCount(2, { timeout: 90_000 })
  const names = await page
    .getByRole('radio', { name: /^Face / })
    .evaluateAll((radios) => radios.map((radio) => Number(/Face (\d+)/.exec(radio.ariaLabel ?? '')?.[1])))
  return [names[0], names[1]]
}

/** Pixels of the overlay on which something is drawn. */
function drawnPixels(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>('[data-picture] > [aria-hidden] > canvas')
    const { data } = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
    let drawn = 0
    for (let i = 3; i < data.length; i += 4) if (data[i] > 0) drawn++
    return drawn
  })
}

/** The middle of a face as the page shows it, in the viewport. */
async function middleOf({ page, video }: ReaderPage, number: number) {
  const box = await page.evaluate((track) => {
    const moment = globalThis.videmoTest?.faces().latest
    const seen = moment?.faces.find((each) => each.track === track)
    if (!moment || !seen) throw new Error(`nobody is ${track}`)
    const { x, y, width, height } = seen.measured.box
    return {
      x: (x + width / 2) / moment.width,
      y: (y + height / 2) / moment.height,
      aspect: moment.width / moment.height,
    }
  }, `face-${number}`)
  const shown = await video.locator('video').boundingBox()
  if (!shown) throw new Error('no video')
  const width = Math.min(shown.width, shown.height * box.aspect)
  const height = width / box.aspect
  // As in a mirror.
  return {
    x: shown.x + shown.width / 2 + width * (0.5 - box.x),
    y: shown.y + shown.height / 2 + height * (box.y - 0.5),
  }
}

test('a face is chosen from the list, by a key and by a click, and its measures are shown', async ({
  page,
  reader,
}) => {
  // The model is on its way, and never comes: faces need none.
  await page.route('**/models/videmo-tiny/**', () => undefined)
  await page.goto('?test')
  await reader.sourceButton('camera').click()
  const [one, other] = await bothNumbers(page)
  await face(page, other).check()
  await expect(page.getByRole('heading', { name: `Measured: Face ${other}` })).toBeVisible()

  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('f')
  await expect(face(page, one)).toBeChecked()
  await page.keyboard.press('f')
  await expect(face(page, other)).toBeChecked()

  const { x, y } = await middleOf(reader, one)
  await page.mouse.click(x, y)
  await expect(face(page, one)).toBeChecked()
  await expect(page.getByRole('heading', { name: `Measured: Face ${one}` })).toBeVisible()
  expect(await page.evaluate(() => globalThis.videmoTest?.faces().state.chosen)).toBe(`face-${one}`)

  // Every unit has a figure, as text.
  await page.getByRole('button', { name: measured.allMeasures }).click()
  const row = page.getByRole('row', { name: /lip corner puller AU12 good \d+ %/ })
  await expect(row).toBeVisible({ timeout: 10_000 })
})

test('a person’s neutral face is taken by key and button', async ({ page, reader }) => {
  await page.route('**/models/videmo-tiny/**', () => undefined)
  await page.goto('?test')
  await reader.sourceButton('camera').click()
  const dialog = page.getByRole('dialog')
  const chosen = dialog.getByText('Measured against the neutral face that you chose.')
  const open = () => page.getByRole('button', { name: measured.allMeasures }).click({ timeout: 2000 })
  const close = async () => {
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
  }
  // Anew where a machine was so slow that a face counts as another one meanwhile.
  await expect(async () => {
    if (await dialog.isVisible()) await close()
    const [one, other] = await bothNumbers(page)
    await face(page, one).check({ timeout: 2000 })
    await open()
    await dialog.getByRole('button', { name: 'This is my neutral face' }).click()
    await expect(chosen).toBeVisible({ timeout: 5000 })
    await close()
    // Each face has its own.
    await face(page, other).check({ timeout: 2000 })
    await open()
    await expect(chosen).toHaveCount(0, { timeout: 5000 })
    await close()
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await page.keyboard.press('r')
    await open()
    await expect(chosen).toBeVisible({ timeout: 5000 })
  }).toPass({ timeout: 120_000 })
})

test('outlines and mesh are drawn over the picture while they are wanted', async ({ page, reader }) => {
  await page.route('**/models/videmo-tiny/**', () => undefined)
  await page.goto('?test')
  await reader.sourceButton('camera').click()
  await bothNumbers(page)
  await expect.poll(() => drawnPixels(page)).toBeGreaterThan(500)
  const outlines = await drawnPixels(page)
  const turnMesh = async () => {
    await reader.openPanel('Settings')
    await page.getByRole('switch', { name: drawers.settings.display.mesh }).press(' ')
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  await turnMesh()
  await expect.poll(() => drawnPixels(page), { timeout: 20_000 }).toBeGreaterThan(outlines + 500)
  await turnMesh()
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('o')
  await expect.poll(() => drawnPixels(page)).toBe(0)
  await expect(page.getByRole('button', { name: stage.boxes })).toHaveAttribute('aria-pressed', 'false')
})

test('the measured panel is as high before a face is found as with two, whose lanes keep their places', async ({
  page,
  reader,
}) => {
  await page.route('**/models/videmo-tiny/**', () => undefined)
  await page.goto('?test')
  await reader.sourceButton('camera').click()
  const panel = page.getByRole('region', { name: /^Measured/ })
  await expect(panel).toBeVisible({ timeout: 60_000 })
  const before = await panel.boundingBox()
  await bothNumbers(page)
  const after = await panel.boundingBox()
  expect(after).toEqual(before)
  expect(after?.height).toBeLessThan(170)
})

test('axe finds nothing serious while faces are followed and measured', async ({ page, reader }) => {
  await page.route('**/models/videmo-tiny/**', () => undefined)
  await page.goto('?test')
  await reader.sourceButton('camera').click()
  await bothNumbers(page)
  await page.getByRole('button', { name: measured.allMeasures }).click()
  for (const width of [1440, 360]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 900 })
      const { violations } = await new AxeBuilder({ page }).analyze()
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      expect(
        serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`),
        `${colorScheme}, ${width} px`,
      ).toEqual([])
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
    }
  }
})

test('what is said of the view is true of it: a twin, or the whole picture', async ({ page, reader }) => {
  await reader.settings({ prompts: quick.prompts, probes: quick.probes })
  await page.goto('?test&tokens=2&unchecked')
  const warning = page.getByText(/It has never seen a real face/)
  const twin = page.getByText(reading.throughTwin)
  // The drawn face that a first visitor is shown is what the model reads.
  await expect(page.getByText(reading.smallModel, { exact: true })).toBeVisible({ timeout: 60_000 })
  await reader.sourceButton('camera').click()
  await expect(twin).toBeVisible({ timeout: 60_000 })
  await expect(warning).toHaveCount(0)
  await expect(page.getByText('Not asked of the drawn twin: a drawing’s hair says nothing of yours.')).toBeVisible()

  await reader.openPanel('Settings')
  await page.getByRole('button', { name: /What the model is shown/ }).click()
  await page.getByRole('option', { name: 'The whole picture' }).click()
  await expect(page.getByRole('dialog')).toContainText('with everybody in it')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: stage.stop, exact: true }).click()
  await page.keyboard.press('1')
  await expect(page.getByText(reading.shown('picture', 'picture')).first()).toBeVisible({ timeout: 120_000 })
  await expect(warning).toBeVisible()
  await expect(twin).toHaveCount(0)
})
