import type { Page } from '@playwright/test'
import { consentEarlier, expect, quick, test } from './camera-page.ts'
import { stopsToWhy } from './page-meter.ts'

test('the whole way can be gone from the keyboard alone', async ({ page, reader }) => {
  // From the beginning: the browser needs a while to hand its dialogs over, and a key is quicker.
  const picked = page.waitForEvent('filechooser', { timeout: 0 })
  await reader.settings(quick)
  await reader.open('test&tokens=8')
  // The order is that of the page: a link to the reading, the sources, help and menu, and what the stage offers.
  expect(await stops(page, 8)).toEqual([
    'Skip to the reading',
    'Camera',
    'Video',
    'Drawn',
    'More',
    'Help',
    'All actions',
    'Use my camera',
  ])
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.getByRole('link', { name: 'Skip to the reading' }).press('Enter')
  await expect(page.getByRole('region', { name: 'Reading', exact: true })).toBeFocused()

  await page.keyboard.press('2')
  await (await picked).setFiles('fixtures/data/clips/tiny.webm')
  await expect.poll(() => reader.tokenCount('attributes'), { timeout: 120_000 }).toBeGreaterThan(0)
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('Space')
  const resume = page.getByRole('button', { name: 'Resume' })
  await expect(resume).toBeVisible()
  // Nothing lies on top: Escape has nothing to close, and ends nothing.
  await page.keyboard.press('Escape')
  await expect(resume).toBeVisible()
  await page.keyboard.press('Space')
  await reader.waitForReading()
  expect((await stopsToWhy(page)).length, 'tab stops to Why').toBeLessThanOrEqual(15)
  // In the tree letters search for rows, and are no keys of the page.
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())

  await page.keyboard.press('h')
  await expect(page.getByLabel('Figures')).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Help and shortcuts' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('m')
  await expect(page.getByRole('dialog', { name: 'Model' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.keyboard.press('e')
  await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toBeVisible()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toHaveCount(0)

  // Whoever dictates can do without.
  await page.keyboard.press('?')
  await page.getByRole('switch', { name: 'Single-key shortcuts' }).press('Space')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('m')
  await page.waitForTimeout(500)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await reader.openPanel('Model')
})

test('a camera that is read is not ended by a key alone', async ({ page, reader }) => {
  await consentEarlier(page)
  await reader.settings(quick)
  await reader.open('test&tokens=8')
  await page.keyboard.press('1')
  const live = reader.video.getByText('Live', { exact: true })
  const question = page.getByRole('alertdialog', { name: 'End the camera?' })
  await expect(live).toBeVisible()
  await expect(reader.video.getByText(/^(Reading|Lagging)/)).toBeVisible({ timeout: 120_000 })
  await page.keyboard.press('4')
  await expect(question).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(question).toHaveCount(0)
  await expect(live).toBeVisible()
  await page.keyboard.press('4')
  await question.getByRole('button', { name: 'End it and show the drawn face' }).click()
  await expect(page.getByRole('img', { name: 'Drawn face' })).toBeVisible()
  await expect(live).toHaveCount(0)
  // What is drawn is lost to nobody: nothing is asked.
  await page.keyboard.press('1')
  await expect(live).toBeVisible()
  await page.keyboard.press('x')
  await expect(live).toHaveCount(0)
  await expect(reader.video.getByText('Last picture')).toBeVisible()
  await page.getByRole('button', { name: 'Start again' }).press('Enter')
  await expect(live).toBeVisible()
})

/** Names of what has the focus after each of so many presses of Tab. */
async function stops(page: Page, count: number): Promise<string[]> {
  const names: string[] = []
  for (let i = 0; i < count; i++) {
    await page.keyboard.press('Tab')
    names.push(
      await page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      ),
    )
  }
  return names
}
