import { readFile } from 'node:fs/promises'
import { expect, test } from './page.ts'

test('a stored model is exported from Storage and from Model', async ({ page, reader }) => {
  await reader.open()
  // Without the picker of places the zip is a download.
  await page.evaluate(() => {
    globalThis.showSaveFilePicker = undefined
  })
  const dialog = page.getByRole('dialog')
  const save = dialog.getByRole('button', { name: /^Save .* as a zip$/ })
  const sizes: number[] = []
  for (const panel of ['Storage', 'Model']) {
    await reader.openPanel(panel)
    // The model in use is folded: a person who wants another one comes first.
    if (panel === 'Model') await dialog.getByText(/^In use: /).click()
    const download = page.waitForEvent('download')
    await save.first().click()
    const zip = await readFile(await (await download).path())
    expect(zip.includes(Buffer.from('manifest.json'))).toBe(true)
    expect(zip.includes(Buffer.from('decoder.onnx'))).toBe(true)
    await expect(dialog).toContainText('is exported')
    await expect(dialog.getByRole('button', { name: /^Export .* to a folder$/ }).first()).toBeEnabled()
    sizes.push(zip.length)
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
  }
  console.log(`    exported ${sizes.join(' and ')} bytes`)
  expect(sizes[0]).toBeGreaterThan(1_000_000)
  expect(sizes[1]).toBe(sizes[0])
})
