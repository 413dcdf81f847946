import { fileURLToPath } from 'node:url'
import { emotionQuestion } from '../src/affect/closed-questions.ts'
import { emotionWord } from '../src/app/emotion-hue.ts'
import { words } from '../src/app/panels/reading/words.ts'
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
  const all = page.getByRole('region', { name: words.probabilities })
  await all.getByRole('button', { name: words.probabilities }).click()
  const table = all.getByRole('table', { name: words.ribbons })
  const rows = table.locator('tbody').getByRole('row')
  await expect(rows).toHaveCount(7)
  const cpu = await CpuReader.open()
  try {
    const frames = toFrames(await reader.framesOf(0))
    const expected = await cpu.probabilities(frames, emotionQuestion)
    expect(expected.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5)
    for (const [option, label] of emotionQuestion.options.entries()) {
      const row = rows.filter({ has: page.getByRole('rowheader', { name: emotionWord(label), exact: true }) })
      const shown = await row.getByRole('cell').last().innerText()
      const share = Number(shown.replace(' %', '')) / 100
      expect(Math.abs(share - expected[option]), `${label}: ${shown}, ${expected[option]}`).toBeLessThan(0.011)
    }
    // The comparison can fail: of the first pair alone it says something else.
    const fewer = await cpu.probabilities(frames.slice(0, 2), emotionQuestion)
    expect(Math.max(...fewer.map((value, option) => Math.abs(value - expected[option])))).toBeGreaterThan(0.011)
  } finally {
    await cpu.close()
  }
  await expect(all).toContainText('derived')
  await expect(all).toContainText('As it was read, not calibrated.')
  await all.getByRole('button', { name: 'Smooth' }).click()
  await expect(all).toContainText('Smoothed over 1.5 s of video')

  // Switched off, nothing is asked, and that is said.
  await reader.openPanel('Settings')
  await page.getByRole('dialog').getByRole('switch', { name: 'Live probabilities' }).press('Space')
  await page.keyboard.press('Escape')
  await reader.choose(clip)
  await expect(page.getByRole('status')).not.toHaveText('The reading is complete.')
  await reader.waitForReading()
  await expect(table).toHaveCount(0)
  await expect(all).toContainText(words.probesOff)
})

test('probabilities go on while an answer is made, which is the same as without them', async ({ page, reader }) => {
  const tokens = 8
  await consentEarlier(page)
  await reader.settings({ reading: { framesPerSecond: 2, windowFrames: 4, hopFrames: 2, frameBudget: smallFrames } })
  await reader.open(`test&tokens=${tokens}`)
  await reader.sourceButton('camera').click()
  const all = page.getByRole('region', { name: words.probabilities })
  await all.getByRole('button', { name: words.probabilities }).click()
  // The line of an emotion is drawn anew with every answer to its question.
  const line = all.getByRole('table', { name: words.ribbons }).locator('svg path').last()
  await expect(line).toHaveAttribute('d', /./, { timeout: 120_000 })
  // Lines that were shown, by how many updates were finished then.
  const times = new Map<number, Set<string>>()
  await expect
    .poll(
      async () => {
        const finished = await reader.finished()
        const seen = times.get(finished) ?? new Set()
        times.set(finished, seen.add((await line.getAttribute('d')) ?? ''))
        return finished
      },
      { timeout: 240_000, intervals: [100] },
    )
    .toBeGreaterThanOrEqual(2)
  await reader.stop()
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
