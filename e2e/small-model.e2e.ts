import { words } from '../src/app/panels/reading/words.ts'
import { expect, quick, processorTest as test } from './page.ts'

test('a model of drawn faces says so, is read with as it was trained, and warns of real faces', async ({
  page,
  reader,
  weights,
}) => {
  weights.changeManifest(({ source }) => ({
    source: { ...source, origin: 'elsewhere' },
    reads: 'drawn-faces',
    video: { framesPerSecond: 2, minFrames: 2, maxFrames: 8, maxPixels: 12_800 },
  }))
  // Shown the picture itself, and not a drawn twin of the face in it.
  await reader.settings({ prompts: quick.prompts, probes: quick.probes, faces: { view: 'picture' } })
  await page.goto(`?test&tokens=2&unchecked&trusted&bundle=${weights.url}`)
  const calm = page.getByText(words.smallModel, { exact: true })
  const warning = 'Not for real faces'
  await expect(calm).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/random weights/)).toHaveCount(0)

  await reader.openPanel('Settings')
  const panel = page.getByRole('dialog')
  await expect(panel).toContainText('8, 4 s, as trained')
  await expect(panel).toContainText('at most 12,800 pixels')
  const slider = panel.getByRole('slider', { name: 'Frames per window' })
  await slider.press('ArrowRight')
  await expect(panel).toContainText('10, 5 s')
  await expect(panel).not.toContainText('5 s, as trained')
  await slider.press('ArrowLeft')
  await expect(panel).toContainText('8, 4 s, as trained')
  await page.keyboard.press('Escape')

  // What it was made for.
  await reader.openSample()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(2)
  expect((await reader.framesOf(0)).length).toBe(8)
  const [first, second] = [await reader.framesOf(0), await reader.framesOf(1)]
  expect(
    second.slice(0, 4).map(({ timeS }) => timeS),
    'half a window on',
  ).toEqual(first.slice(4).map(({ timeS }) => timeS))
  await expect(calm).toBeVisible()

  await reader.choose('fixtures/data/clips/tiny.webm')
  await expect(reader.chip).toContainText(warning)
  await reader.waitForReading()
  const notices = await reader.openNotices()
  await expect(notices).toContainText('it has never seen a real face')
  await notices.getByRole('button', { name: 'Get VidEmo-3B', exact: true }).click()
  await expect(panel).toContainText('a small network that reads drawn faces, and no real ones')
})
