import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { CDPSession, Page } from '@playwright/test'
import { storyCameraFile } from '../fixtures/story_camera.ts'
import { cameraTest, consentEarlier, expect, smallFrames, spyOnCamera } from './camera-page.ts'
import { ReaderPage } from './page.ts'
import { engineWorker } from './worker-prelude.ts'

const minutes = Number(process.env.SOAK_MINUTES ?? 30)
/** For a loss to be made good: another worker, the model from its store, and a whole update, on a slow machine. */
const patienceMs = 10 * 60_000
/** What readings, their texts and frames may add to the page's heap; they are kept until they are erased. */
const bytesPerReading = 100_000

const losses = ['device', 'worker', 'camera'] as const
type Loss = (typeof losses)[number]

interface Sample {
  readonly minute: number
  readonly readings: number
  readonly pageHeap: number
  /** Of the page's process, its worker and WebAssembly included; 0 where the system does not say. */
  readonly processBytes: number
  readonly gpuBytes: number
  readonly loss: Loss
  /** Until the next whole update, s; undefined where none came. */
  readonly recoveredS: number | undefined
}

const test = cameraTest(storyCameraFile)
test.setTimeout((minutes + 10) * 60_000 + losses.length * patienceMs)

test(`reads a drawn face before a camera for ${minutes} minutes, and loses device, worker and camera by turns`, async ({
  page,
}) => {
  await consentEarlier(page)
  await spyOnCamera(page)
  const reader = new ReaderPage(page)
  await reader.settings({ reading: { frameBudget: smallFrames }, probes: { isOn: false } })
  await page.goto('?test&unchecked&tokens=8')
  await page.getByRole('button', { name: 'Use my camera' }).click()
  await expect.poll(() => reader.readings.count(), { timeout: patienceMs }).toBeGreaterThan(0)
  const session = await page.context().newCDPSession(page)
  const samples: Sample[] = []
  const started = Date.now()
  for (let minute = 1; minute <= minutes; minute++) {
    await page.waitForTimeout(Math.max(0, started + (minute - 0.5) * 60_000 - Date.now()))
    const loss = losses[(minute - 1) % losses.length]
    const recoveredS = await lose(reader, loss)
    await page.waitForTimeout(Math.max(0, started + minute * 60_000 - Date.now()))
    const sample = { minute, loss, recoveredS, ...(await measure(reader, session)) }
    samples.push(sample)
    const { readings, pageHeap, processBytes, gpuBytes } = sample
    console.log(
      `    minute ${minute}: ${readings} readings; heap ${megabytes(pageHeap)}, process ${megabytes(processBytes)}; GPU ${megabytes(gpuBytes)};`,
      `${loss} lost, ${recoveredS === undefined ? 'NOT RECOVERED' : `read on after ${recoveredS.toFixed(0)} s`}`,
    )
  }
  mkdirSync('test-results', { recursive: true })
  writeFileSync('test-results/soak.json', `${JSON.stringify(samples, null, 2)}\n`)

  const missed = samples.filter(({ recoveredS }) => recoveredS === undefined)
  console.log(`    ${samples.length} losses, ${missed.length} missed recoveries`)
  expect(missed).toEqual([])
  const third = Math.max(1, Math.floor(samples.length / 3))
  const [early, late] = [samples.slice(0, third), samples.slice(-third)]
  const added = middle(late, 'readings') - middle(early, 'readings')
  for (const of of ['pageHeap', 'processBytes', 'gpuBytes'] as const) {
    const [before, after] = [middle(early, of), middle(late, of)]
    console.log(`    ${of}: ${megabytes(before)} in the first third, ${megabytes(after)} in the last`)
    const allowed = before * 1.2 + 4e6 + (of === 'gpuBytes' ? 0 : added * bytesPerReading)
    expect(after, of).toBeLessThanOrEqual(allowed)
  }
})

/** How long it took until another update was whole, s; undefined where none came. */
async function lose(reader: ReaderPage, loss: Loss): Promise<number | undefined> {
  const { page } = reader
  const since = Date.now()
  const worker = engineWorker(page)
  if (loss === 'device') await page.evaluate(() => globalThis.videmoTest?.loseDevice())
  if (loss === 'worker') await page.evaluate(() => globalThis.videmoTest?.killWorker())
  if (loss === 'camera') await unplug(page)
  const patience = { timeout: patienceMs, intervals: [250] }
  try {
    // An update that was whole just before the loss is no recovery.
    if (loss !== 'camera') await expect.poll(() => page.workers().includes(worker), patience).toBe(false)
    const before = await reader.readings.count()
    await expect.poll(() => reader.readings.count(), patience).toBeGreaterThan(before)
    return (Date.now() - since) / 1000
  } catch {
    return undefined
  }
}

/** Takes the camera away, as the browser does, and gives it back: the person presses its key again. */
async function unplug(page: Page): Promise<void> {
  await page.evaluate(() => {
    for (const track of globalThis.cameraSpy?.tracks.splice(0) ?? []) {
      if (track.readyState === 'ended') continue
      track.stop()
      track.dispatchEvent(new Event('ended'))
    }
  })
  await expect(page.getByRole('alert')).toContainText('camera-ended')
  await page.keyboard.press('1')
}

async function measure(reader: ReaderPage, session: CDPSession) {
  const { page } = reader
  const worker = engineWorker(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize: pageHeap } = await session.send('Runtime.getHeapUsage')
  await worker.evaluate(() => (globalThis as { gc?: () => void }).gc?.())
  // Collected buffers are told of a little later.
  await page.waitForTimeout(500)
  const figures = await page.evaluate(() => globalThis.videmoTest?.deviceFigures())
  return {
    readings: await reader.readings.count(),
    pageHeap,
    processBytes: await processBytes(page),
    gpuBytes: figures?.bytes ?? 0,
  }
}

/** Resident bytes of the largest renderer, on Linux. */
async function processBytes(page: Page): Promise<number> {
  const session = await page.context().browser()?.newBrowserCDPSession()
  const { processInfo } = (await session?.send('SystemInfo.getProcessInfo')) ?? { processInfo: [] }
  await session?.detach()
  const pageBytes = 4096
  const resident = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => {
      try {
        return Number(readFileSync(`/proc/${id}/statm`, 'utf8').split(' ')[1]) * pageBytes
      } catch {
        return 0
      }
    })
  return Math.max(0, ...resident)
}

function middle(samples: readonly Sample[], of: 'readings' | 'pageHeap' | 'processBytes' | 'gpuBytes'): number {
  const values = samples.map((sample) => sample[of]).sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)]
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`
}
