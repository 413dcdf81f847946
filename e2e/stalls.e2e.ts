import { recordFault } from '../scripts/fault-table.ts'
import { consentEarlier, expect, quick, test } from './camera-page.ts'
import type { ReaderPage } from './page.ts'
import { beforeWorker, engineWorker } from './worker-prelude.ts'

declare global {
  var collecting: number
}

const freezeMs = 10_000
const hourMs = 3_600_000

test('a page that stands still for ten seconds, and an hour’s sleep, end nothing: live goes on with the newest frame', async ({
  page,
  reader,
}) => {
  await consentEarlier(page)
  // Streams of Blobs used to be collected under a load, which then stood (see `blob-pieces.ts`).
  await beforeWorker(page, 'self.collecting = setInterval(() => globalThis.gc(), 20)')
  await reader.settings({ ...quick, reading: { ...quick.reading, framesPerSecond: 5 } })
  await reader.open('test&tokens=2')
  const worker = engineWorker(page)
  await worker.evaluate(() => clearInterval(globalThis.collecting))
  await page.getByRole('button', { name: 'Use my camera' }).click()
  await grown(reader, 2)
  const expectSame = () => expect(engineWorker(page) === worker, 'no worker was given up').toBe(true)

  await test.step('the page stands still', async () => {
    const before = await newest(reader)
    await page.evaluate((ms) => {
      const end = performance.now() + ms
      while (performance.now() < end);
    }, freezeMs)
    // What is read next is of now, and not what came first while the page stood still.
    const progressS = async () => (await newest(reader)).timeS - before.timeS
    await expect.poll(progressS, { timeout: 120_000 }).toBeGreaterThan(freezeMs / 1000)
    expectSame()
    const kept = await expectWhole(reader)
    recordFault({
      fault: 'main thread frozen for 10 s',
      injected: 'a busy loop in the page during a live reading',
      outcome: 'recovered',
      kept: `${kept} of ${kept} readings; the worker read on, and the next pair was the newest`,
    })
  })

  await test.step('the machine sleeps', async () => {
    const before = await reader.readingCount()
    const jump = (ms: number) => {
      const now = performance.now.bind(performance)
      performance.now = () => now() + ms
    }
    await worker.evaluate(jump, hourMs)
    await page.evaluate(jump, hourMs)
    // Longer than the worker may be silent, by the page's own clock.
    await grown(reader, 3)
    expectSame()
    expect(await reader.readingCount()).toBeGreaterThan(before)
    const kept = await expectWhole(reader)
    recordFault({
      fault: 'system sleep',
      injected: 'the clocks of page and worker an hour ahead during a live reading',
      outcome: 'recovered',
      kept: `${kept} of ${kept} readings, their times in order; live went on`,
    })
  })
  await expect(reader.alert).toHaveCount(0)
})

/** Waits until so many more updates are complete. */
async function grown(reader: ReaderPage, by: number): Promise<void> {
  const before = await reader.finished()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(before + by)
}

/** The newest frame that an update was about. */
async function newest(reader: ReaderPage): Promise<{ readonly timeS: number }> {
  const done = (await reader.transcripts()).filter(({ figures }) => figures)
  const frames = await reader.framesOf(done.at(-1)?.update ?? 0)
  const last = frames.at(-1)
  if (!last) throw new Error('no frame')
  return last
}

/** No update is missing, every finished one is among the readings, and their times are in order; how many they are. */
async function expectWhole(reader: ReaderPage): Promise<number> {
  const updates = (await reader.transcripts()).map(({ update }) => update)
  expect(updates).toEqual(updates.map((_, index) => index))
  const finished = await reader.finished()
  const recorded = await reader.recorded()
  expect(recorded.length).toBeGreaterThanOrEqual(finished)
  const starts = recorded.map(({ startS }) => startS)
  expect(starts).toEqual(starts.toSorted((a, b) => a - b))
  return starts.length
}
