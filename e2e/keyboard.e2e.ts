import { expect, quick, test } from './page.ts'

test('the whole way can be gone from the keyboard alone', async ({ page, reader }) => {
  // From the beginning: the browser needs a while to hand its dialogs over, and a key is quicker.
  const picked = page.waitForEvent('filechooser', { timeout: 0 })
  await reader.settings(quick)
  await reader.open('test&tokens=8')
  // The first stop skips to, or is, something that can be done at once.
  const order: string[] = []
  for (let i = 0; i < 9; i++) {
    await page.keyboard.press('Tab')
    order.push(
      await page.evaluate(
        () => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '',
      ),
    )
  }
  for (const name of [
    'Use my camera',
    'Open a video',
    'Get VidEmo-3B',
    'Try the sample clip',
    'Share a screen or tab',
  ]) {
    expect(order.join('\n')).toContain(name)
  }

  await page.keyboard.press('2')
  await (await picked).setFiles('fixtures/data/clips/tiny.webm')
  await expect.poll(() => reader.tokenCount('attributes'), { timeout: 120_000 }).toBeGreaterThan(0)
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
  await page.keyboard.press('Space')
  await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
  await page.keyboard.press('Space')
  await reader.waitForReading()

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

  // Whoever dictates can do without: then only Escape is a key.
  await page.keyboard.press('?')
  await page.getByRole('switch', { name: 'Single-key shortcuts' }).press('Space')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await page.keyboard.press('m')
  await page.waitForTimeout(500)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await reader.openPanel('Model')
})
