import AxeBuilder from '@axe-core/playwright'
import { expect, quick, processorTest as test } from './page.ts'

const widths = [1440, 360]

test('axe finds nothing serious in any state, light and dark, wide and narrow', async ({ page, reader }) => {
  const see = async (colorScheme: 'light' | 'dark', width: number) => {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize({ width, height: 900 })
    await expect(page.locator('html')).toHaveJSProperty('clientWidth', width)
  }
  const check = async (state: string, at: readonly number[] = widths) => {
    for (const width of at) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await see(colorScheme, width)
        const where = `${state}, ${colorScheme}, ${width} px`
        const { violations } = await new AxeBuilder({ page }).analyze()
        const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        const found = serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(', ')}`)
        expect(found, where).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth), where).toBe(width)
      }
    }
  }
  await see('light', 1440)
  await reader.settings({ ...quick, probes: { isOn: true } })
  await reader.open('test&tokens=4')
  await check('at first')
  const panels = [
    'Model',
    'Build a model',
    'Device and self-check',
    'Performance',
    'Settings',
    'Storage',
    'Privacy and limits',
    'Help and shortcuts',
  ]
  for (const [index, panel] of panels.entries()) {
    await reader.openPanel(panel)
    // What a width changes is the frame around a panel: one of them speaks for the others.
    await check(panel, index === 0 ? widths : [1440])
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
  }
  await page.keyboard.press('1')
  await expect(page.getByRole('dialog').or(page.getByRole('alertdialog'))).toBeVisible()
  await check('the question before the camera')
  await page.keyboard.press('Escape')
  await reader.choose({ name: 'empty.mp4', mimeType: 'video/mp4', buffer: Buffer.alloc(0) })
  await expect(reader.alert).toBeVisible()
  await check('with a message')
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
  await page.keyboard.press('h')
  await check('after a reading, with its figures')
})
