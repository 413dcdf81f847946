import { consentEarlier, spyOnCamera } from './camera-page.ts'
import { expect, fixture, processorTest as test } from './page.ts'

test('a link asks before it fetches a bundle of another host, and the host stays beside the name', async ({
  page,
  reader,
  weights,
}) => {
  const { host } = new URL(weights.url)
  // A bundle may say of itself what it likes.
  weights.changeManifest(({ source }) => ({ source: { ...source, origin: 'https://own.example/videmo-3b' } }))
  await page.goto(`?bundle=${weights.url}`)
  await expect(page.getByText(`Download ${host}?`)).toBeVisible()
  await expect(page.getByRole('term').filter({ hasText: 'Host' })).toBeVisible()
  await expect(page.getByRole('button', { name: /^Download [\d.]+ MB$/ })).toBeVisible()
  await expect(page.getByText('Built from, as it says')).toBeVisible()
  expect(weights.requests).toEqual(['manifest.json'])

  await expect(page.getByRole('dialog', { name: 'Model' })).toContainText('Can this device run it?')
  await page.getByRole('button', { name: 'Not now' }).click()
  await page.keyboard.press('Escape')
  await expect(reader.chip).toContainText('No model is loaded')
  await (await reader.openNotices()).getByRole('button', { name: 'Get VidEmo-3B' }).click()
  await expect(page.getByRole('dialog', { name: 'Model' })).toContainText('Build it in this browser')
  await page.keyboard.press('Escape')
  expect(weights.requests).toEqual(['manifest.json'])

  await page.reload()
  await page.getByRole('button', { name: /^Download [\d.]+ MB$/ }).click()
  await expect(page.getByText(`${host} is ready`)).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Back to the page' }).click()
  const status = page.getByRole('navigation', { name: 'Panels' })
  await expect(status).toContainText(`from ${host}:`, { timeout: 60_000 })
  await expect(status).toContainText(`${host} · q4 · processor`)
  // Stored, it is what this person has taken once.
  await page.reload()
  await expect(status).toContainText(`${host} · q4`, { timeout: 60_000 })
  await expect(status).toContainText(`from ${host}:`)
  await reader.openPanel('Model')
  await expect(page.getByRole('dialog')).toContainText('Built from, as it says')
})

test('a link that names no bundle loads the page’s own; one that cannot be loaded tells its own error', async ({
  page,
  reader,
  watch,
}) => {
  watch.expectedErrors.push(/404/)
  const status = page.getByRole('navigation', { name: 'Panels' })
  const small = page.getByRole('button', { name: 'Load the small model' })
  // No adapter is found here, which is another matter.
  for (const [address, code, words] of [
    ['models/nowhere/', 'not-a-bundle', 'There is no manifest.json'],
    ['http://', 'bad-url', 'is not an address of a bundle'],
    ['https://stranger.example/b/', 'host-not-allowed', 'may not fetch weights from stranger.example'],
  ]) {
    await page.goto(`?bundle=${encodeURIComponent(address)}`)
    await expect(reader.alert).toContainText(words)
    await expect(reader.alert).toContainText(code)
    await expect(small).toBeVisible()
  }
  await small.click()
  await expect(status).toContainText('small model · processor', { timeout: 60_000 })
  await expect(reader.alert).toHaveCount(0)

  await page.goto('?bundle=&source=sample')
  await expect(status).toContainText('small model · processor', { timeout: 60_000 })
})

test('a link to the camera asks the person, whatever was agreed to before', async ({ page }) => {
  await spyOnCamera(page)
  await consentEarlier(page)
  await page.goto(`?source=camera&${fixture}`)
  await expect(page.getByRole('heading', { name: 'Before the camera starts' })).toBeVisible()
  const calls = () => page.evaluate(() => globalThis.cameraSpy?.calls)
  expect(await calls()).toBe(0)
  await page.keyboard.press('Escape')
  expect(await calls()).toBe(0)
  // Who presses has asked for it.
  await page.getByRole('button', { name: 'Use my camera' }).first().click()
  await expect.poll(calls).toBe(1)
})
