import { recordFault } from '../scripts/fault-table.ts'
import { consentEarlier, expect, fixture, quick, spyOnCamera, test, trackStates } from './camera-page.ts'
import { agree, CpuReader, toFrames } from './cpu-reading.ts'
import type { ReaderPage } from './page.ts'

const tokens = 6
/** Pairs come faster than this machine reads them, whichever it is. */
const framesPerSecond = 5

test('consent, a live reading that is exact, newest pairs only, and an end to the capture', async ({
  page,
  reader,
}) => {
  await spyOnCamera(page)
  // With probes, pairs join the window during an answer, too.
  await reader.settings({ reading: { framesPerSecond }, isHudShown: true, probes: { isOn: false } })
  await reader.open(`test&tokens=${tokens}`)

  const ask = page.getByRole('button', { name: 'Use my camera' })
  const consent = page.getByRole('dialog', { name: 'Before the camera starts' })
  await ask.click()
  await consent.getByRole('button', { name: 'Not now' }).click()
  await expect(consent).toHaveCount(0)
  await ask.click()
  await expect(consent).toContainText('Frames stay on this device')
  expect(await page.evaluate(() => globalThis.cameraSpy?.calls), 'before consent').toBe(0)
  await consent.getByRole('button', { name: 'I agree' }).click()
  await expect(liveMark(reader)).toBeVisible()
  expect(await page.evaluate(() => globalThis.cameraSpy?.calls)).toBe(1)

  // The first update asks all three stages; those after it, in the same window, let the attributes stand.
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(3)
  for (const title of ['Expression', 'Emotion'] as const) {
    await expect(reader.answer(title)).toContainText(/\w/)
  }
  await expect(video(reader).getByText(/^Lagging by [\d.]+ s$/)).toBeVisible()
  await expect(video(reader).getByText(/^[1-9]\d* pairs$/), 'passed over').toBeVisible()

  expect(new Set(await trackStates(page))).toEqual(new Set(['live']))
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByRole('status')).toHaveText('Stopped.')
  await expect(liveMark(reader)).toHaveCount(0)
  expect(new Set(await trackStates(page)), 'the camera and every copy of its track').toEqual(new Set(['ended']))
  await expect(reader.readings).toHaveCount(await reader.finished())
  const said = (await reader.transcripts()).slice(0, 3)

  // One encode an update, and nothing waits in line: each update's newest pair came after the one before was seen.
  expect(said[0].figures?.visionPairs, 'the least a window is asked about').toBe(2)
  expect(said.slice(1).map(({ figures }) => figures?.visionPairs)).toEqual(said.slice(1).map(() => 1))
  const seen = await Promise.all(said.map(({ update }) => reader.framesOf(update)))
  for (const [index, frames] of seen.slice(1).entries()) {
    const before = seen[index]
    expect(frames).toHaveLength(before.length + 2)
    expect(frames[before.length].timeS, 'newer').toBeGreaterThan(before[before.length - 1].timeS)
    expect(frames[before.length + 1].timeS).toBeGreaterThan(frames[before.length].timeS)
  }

  const cpu = await CpuReader.open()
  try {
    const [first, ...later] = said
    expect(first.reused).toEqual([])
    expect(later.every(({ reused }) => reused.join() === 'attributes')).toBe(true)
    const last = later[later.length - 1]
    const standing = { attributes: first.ids.attributes ?? [] }
    for (const [each, stood] of [[first, {}] as const, [last, standing] as const]) {
      const frames = toFrames(seen[each.update])
      const matches = await cpu.compare(frames, each, tokens, stood)
      const counts = matches.map(({ stage, matched, of }) => `${stage} ${matched} of ${of}`).join(', ')
      console.log(`    update ${each.update}, ${frames.length} frames: ${counts} tokens equal`)
      expect(agree(matches), JSON.stringify(matches)).toBe(true)
      expect(matches[0].of).toBeGreaterThan(0)
    }
    // The comparison can fail: with other frames the answers are others.
    const black = toFrames(seen[0]).map((frame) => ({ ...frame, rgba: new Uint8ClampedArray(frame.rgba.length) }))
    expect(agree(await cpu.compare(black, first, tokens))).toBe(false)
  } finally {
    await cpu.close()
  }
})

test('a file takes over from the camera; and a camera that is taken away says so and loses nothing', async ({
  page,
  reader,
  context,
}) => {
  await consentEarlier(page)
  await spyOnCamera(page)
  await reader.settings({ ...quick, reading: { ...quick.reading, framesPerSecond } })
  await reader.open('test&tokens=4')
  await page.getByRole('button', { name: 'Use my camera' }).click()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(1)

  await reader.choose('fixtures/data/clips/tiny.webm')
  await expect(liveMark(reader)).toHaveCount(0)
  const ofCamera = await reader.readings.count()
  await reader.waitForReading()
  expect(await reader.transcripts(), 'updates of the file').toHaveLength(1)
  // 2.2 s at five frames a second, in pairs.
  await expect(page.getByRole('region', { name: 'What the model sees' }).getByRole('img')).toHaveCount(10)
  expect(new Set(await trackStates(page))).toEqual(new Set(['ended']))
  const ofFile = ofCamera + 1
  // Longer than the camera's next update would have taken.
  await page.waitForTimeout(2000)
  expect(await reader.transcripts()).toHaveLength(1)
  await expect(reader.readings).toHaveCount(ofFile)

  await page.keyboard.press('1')
  await expect(liveMark(reader)).toBeVisible()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(1)
  // As if it were unplugged: the browser ends the tracks that it gave.
  await context.clearPermissions()
  await expect(reader.alert).toContainText('camera-ended')
  await expect(reader.alert).toContainText('Plug it in again or choose another camera.')
  await expect(liveMark(reader)).toHaveCount(0)
  expect(new Set(await trackStates(page))).toEqual(new Set(['ended']))
  const ofAll = await reader.readings.count()
  expect(ofAll).toBeGreaterThan(ofFile)

  // It is plugged in again.
  await context.grantPermissions(['camera'])
  await page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('devicechange')))
  await page.keyboard.press('1')
  await expect(liveMark(reader)).toBeVisible()
  await expect(reader.alert).toHaveCount(0)
  await expect.poll(() => reader.readings.count(), { timeout: 120_000 }).toBeGreaterThan(ofAll)
  recordFault({
    fault: 'camera unplugged and back',
    injected: 'the browser ended the tracks and gave the camera again later',
    outcome: 'resumed',
    kept: `${ofAll} of ${ofAll} readings`,
  })
})

test('a camera that is refused says what to do', async ({ page, reader, context }) => {
  await consentEarlier(page)
  await context.clearPermissions()
  await page.goto(`?test&${fixture}`)
  await page.getByRole('button', { name: 'Use my camera' }).click()
  await expect(reader.alert).toContainText('camera-denied')
  await expect(reader.alert).toContainText('Allow the camera at the left of the address bar')
  await expect(liveMark(reader)).toHaveCount(0)
})

test('without MediaStreamTrackProcessor the camera comes in as bitmaps', async ({ page, reader }) => {
  await consentEarlier(page)
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'MediaStreamTrackProcessor', { value: undefined })
    const make = globalThis.createImageBitmap
    globalThis.bitmapsOfVideo = 0
    globalThis.createImageBitmap = ((...[source, ...rest]: Parameters<typeof make>) => {
      if (source instanceof HTMLVideoElement) globalThis.bitmapsOfVideo++
      return make(source, ...rest)
    }) as typeof make
  })
  await reader.settings({ ...quick, reading: { ...quick.reading, framesPerSecond } })
  await reader.open('test&tokens=2')
  await page.getByRole('button', { name: 'Use my camera' }).click()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(2)
  const bitmaps = await page.evaluate(() => globalThis.bitmapsOfVideo)
  expect(bitmaps).toBeGreaterThanOrEqual(6)
  const frames = toFrames(await reader.framesOf(1))
  expect(frames).toHaveLength(6)
  expect(frames[0]).toMatchObject({ width: 160, height: 120 })
  expect(frames[0].rgba).not.toEqual(frames[5].rgba)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('status')).toHaveText('Stopped.')
})

declare global {
  /** How often the page made a bitmap of a video. */
  var bitmapsOfVideo: number
}

function video({ page }: ReaderPage) {
  return page.getByRole('region', { name: 'Video', exact: true })
}

/** Shown as long as the camera is on. */
function liveMark(reader: ReaderPage) {
  return video(reader).getByText('live', { exact: true })
}
