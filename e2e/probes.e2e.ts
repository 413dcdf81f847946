import { fileURLToPath } from 'node:url'
import { emotionQuestion } from '../src/affect/closed-questions.ts'
import { consentEarlier, expect, smallFrames, test } from './camera-page.ts'
import { agree, CpuReader, toFrames } from './cpu-reading.ts'

const clip = fileURLToPath(new URL('../fixtures/data/clips/tiny.webm', import.meta.url))

test('the page shows how likely each emotion appears, as the CPU gives it for the same frames, or no such thing', async ({
  page,
  reader,
}) => {
  await reader.settings({ probes: { isOn: true, orders: 'given', isSmoothed: false } })
  await reader.open('test&tokens=2')
  await reader.choose(clip)
  await reader.waitForReading()
  const now = page.getByRole('region', { name: 'Now' })
  const table = now.getByRole('table', { name: 'How likely each emotion appears' })
  const rows = table.locator('tbody').getByRole('row')
  await expect(rows).toHaveCount(7)
  const cpu = await CpuReader.open()
  try {
    const frames = toFrames(await reader.framesOf(0))
    const expected = await cpu.probabilities(frames, emotionQuestion)
    expect(expected.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5)
    for (const [option, label] of emotionQuestion.options.entries()) {
      const row = rows.filter({ has: page.getByRole('rowheader', { name: label, exact: true }) })
      const shown = (await row.getByRole('cell').last().innerText()).replace(/[<>]/, '')
      expect(Math.abs(Number(shown) - expected[option]), `${label}: ${shown}, ${expected[option]}`).toBeLessThan(0.011)
    }
    // The comparison can fail: of the first pair alone it says something else.
    const fewer = await cpu.probabilities(frames.slice(0, 2), emotionQuestion)
    expect(Math.max(...fewer.map((value, option) => Math.abs(value - expected[option])))).toBeGreaterThan(0.011)
  } finally {
    await cpu.close()
  }
  await expect(now).toContainText('derived')
  await expect(now).toContainText('As it was read, not calibrated.')
  await now.getByRole('button', { name: 'Smooth' }).click()
  await expect(now).toContainText('Smoothed over 1.5 s of video')

  // Switched off, the panel is what it was without.
  await reader.openPanel('Settings')
  await page.getByRole('dialog').getByRole('switch', { name: 'Live probabilities' }).press('Space')
  await page.keyboard.press('Escape')
  await expect(table).toHaveCount(0)
  await reader.choose(clip)
  await expect(page.getByRole('status')).not.toHaveText('The reading is complete.')
  await reader.waitForReading()
  await expect(table).toHaveCount(0)
})

test('probabilities go on while an answer is made, which is the same as without them', async ({ page, reader }) => {
  const tokens = 8
  await consentEarlier(page)
  await reader.settings({ reading: { framesPerSecond: 2, windowFrames: 4, hopFrames: 2, frameBudget: smallFrames } })
  await reader.open(`test&tokens=${tokens}`)
  await page.getByRole('button', { name: 'Use my camera' }).click()
  const readAt = page.getByRole('region', { name: 'Now' }).getByText(/^read at /)
  await expect(readAt).toBeVisible({ timeout: 120_000 })
  // Times at which the face was read, by how many updates were finished then.
  const times = new Map<number, Set<string>>()
  await expect
    .poll(
      async () => {
        const finished = await reader.finished()
        const seen = times.get(finished) ?? new Set()
        times.set(finished, seen.add(await readAt.innerText()))
        return finished
      },
      { timeout: 240_000, intervals: [100] },
    )
    .toBeGreaterThanOrEqual(2)
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByRole('status')).toHaveText('Stopped.')
  const most = Math.max(...[...times.values()].map(({ size }) => size))
  console.log(`    read ${most} times during one update`)
  expect(most).toBeGreaterThanOrEqual(2)
  const cpu = await CpuReader.open(smallFrames)
  try {
    const done = (await reader.transcripts()).filter(({ figures }) => figures)
    for (const said of done.slice(0, 3)) {
      const matches = await cpu.compare(toFrames(await reader.framesOf(said.update)), said, tokens)
      expect(agree(matches), JSON.stringify(matches)).toBe(true)
    }
  } finally {
    await cpu.close()
  }
})
