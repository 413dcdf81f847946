import AxeBuilder from '@axe-core/playwright'
import { expect, test } from './page.ts'

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 360]) {
    test(`axe finds nothing serious: ${colorScheme}, ${width} px`, async ({ page, reader }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 900 })
      await reader.open('test&tokens=4')
      const check = async (state: string) => {
        const { violations } = await new AxeBuilder({ page }).analyze()
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
        expect(found, state).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth), `${state}: width`).toBe(width)
      }
      await check('at first')
      await page.getByText('Details', { exact: true }).click()
      await check('with details')
      await reader.choose({ name: 'empty.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(0) })
      await expect(reader.alert).toBeVisible()
      await check('with a message')
      // Answers as they stand after a reading are checked once; a reading takes its time here.
      if (width !== 1440) return
      await reader.choose('fixtures/data/clips/tiny.webm')
      await reader.waitForReading()
      await check('after a reading')
    })
  }
}

test('the page can be used from the keyboard alone', async ({ page, reader }) => {
  await reader.open('test&tokens=2')
  const order: string[] = []
  for (let i = 0; i < 4; i++) {
    await page.keyboard.press('Tab')
    order.push(await page.evaluate(() => document.activeElement?.textContent ?? ''))
  }
  expect(order).toEqual(['Open a video', 'Try the sample clip', 'Load a bundle', 'Details'])
  const picked = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'Open a video' }).press('Enter')
  await (await picked).setFiles('fixtures/data/clips/tiny.webm')
  await expect(page.getByRole('button', { name: 'Stop' })).toBeFocused()
  await reader.waitForReading()
})
