import { recordFault } from '../scripts/fault-table.ts'
import { expect, quick, type ReaderPage, test } from './page.ts'

/** Twelve seconds in three windows of four frames, and a rest too short for another; each answer takes a second or more. */
const reading = { ...quick.reading, framesPerSecond: 1.125, windowFrames: 4, hopFrames: 4 }

test('a lost worker and a lost device are replaced in mid-answer, and nothing read is lost', async ({
  page,
  reader,
}) => {
  await reader.settings({ ...quick, reading })
  await reader.open('test&tokens=12')
  await reader.openSample()
  await expect.poll(() => reader.readingCount(), { timeout: 120_000 }).toBe(1)
  const [first] = await reader.recorded()
  await reader.midAnswer()
  await page.evaluate(() => globalThis.videmoTest?.killWorker())
  await expect(reader.video).toContainText('Recovering, try 1 of 2')
  expect(await reader.recorded()).toEqual([first])

  // It goes on with the window that broke off.
  await expect.poll(() => reader.readingCount(), { timeout: 120_000 }).toBe(2)
  recordFault({
    fault: 'worker killed',
    injected: 'worker.terminate() in mid-answer',
    outcome: 'resumed',
    kept: '1 of 1 readings; the window that broke off was read again',
  })
  await reader.midAnswer()
  await page.evaluate(() => globalThis.videmoTest?.loseDevice())
  // A finished update in between: the tries are counted anew.
  await expect(reader.video).toContainText('Recovering, try 1 of 2')
  expect(await reader.readingCount()).toBe(2)
  // Once more, before the first token of the first question is there.
  await loseInPrefill(reader)
  await expect(reader.video).toContainText('Recovering, try 2 of 2')
  expect(await reader.readingCount()).toBe(2)
  await reader.waitForReading()
  const recorded = await reader.recorded()
  expect(recorded).toHaveLength(3)
  for (const phase of ['decode', 'prefill'] as const) {
    recordFault({
      fault: `device lost during ${phase}`,
      injected: phase === 'decode' ? 'device.destroy() in mid-answer' : 'device.destroy() before the first token',
      outcome: 'resumed',
      kept: '2 of 2 readings; the window that broke off was read again',
    })
  }
  expect(recorded[0]).toEqual(first)
  await expect(reader.alert).toHaveCount(0)
  await expect(reader.video).toContainText('Done')
  // None is missing and none comes twice: they stand where they would without a loss, give or take a frame of the file.
  const starts = recorded.map(({ startS }) => startS)
  console.log(`    readings from ${starts.join(', ')} s`)
  for (const [index, start] of starts.entries()) {
    const expected = (4 * index + 0.5) / reading.framesPerSecond
    expect(Math.abs(start - expected), `reading ${index}`).toBeLessThan(0.15)
  }
})

test('a worker that keeps dying ends in a clear state, and trying again helps', async ({ page, reader }) => {
  await reader.settings({ ...quick, reading })
  await reader.open('test&tokens=12')
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
  expect(await reader.readingCount()).toBe(1)

  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.midAnswer()
  const kill = () => page.evaluate(() => globalThis.videmoTest?.killWorker())
  await kill()
  for (const attempt of [1, 2]) {
    await expect(reader.video).toContainText(`Recovering, try ${attempt} of 2`)
    await kill()
  }
  await expect(reader.video.getByText('Failed', { exact: true })).toBeVisible()
  await expect(reader.alert).toContainText('worker-died')
  await expect(reader.alert).toContainText('Load the model again')
  // Nothing goes on by itself.
  await page.waitForTimeout(1000)
  await expect(reader.video.getByText('Failed', { exact: true })).toBeVisible()
  expect(await reader.readingCount()).toBe(1)

  // The model comes back, and with it the reading.
  await page.getByRole('button', { name: 'Try again' }).click()
  await reader.waitForReading()
  await expect(reader.alert).toHaveCount(0)
  expect(await reader.readingCount()).toBe(2)
})

/** Loses the device between the beginning of an update and its first token. */
async function loseInPrefill({ page }: ReaderPage): Promise<void> {
  const tokens = await page.evaluate(async () => {
    const { videmoTest } = globalThis
    if (!videmoTest) return -1
    const before = videmoTest.transcripts()
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const transcripts = videmoTest.transcripts()
      const last = transcripts.at(-1)
      // Another reading begins with an empty list.
      if (transcripts === before || !last) continue
      void videmoTest.loseDevice()
      return last.ids.attributes?.length ?? 0
    }
  })
  expect(tokens, 'tokens of the answer that broke off').toBe(0)
}
