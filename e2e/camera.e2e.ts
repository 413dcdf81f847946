import { readFile } from 'node:fs/promises'
import { recordFault } from '../scripts/fault-table.ts'
import { consentEarlier, expect, quick, spyOnCamera, test, trackStates } from './camera-page.ts'
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

  const ask = reader.sourceButton('camera')
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
  const figure = (term: string) => reader.video.getByLabel('Figures').getByText(term).locator('xpath=..')
  await expect(figure('Frames skipped'), 'passed over').toContainText(/[1-9]/)

  expect(new Set(await trackStates(page))).toEqual(new Set(['live']))
  await reader.stop()
  await expect(page.getByRole('status')).toHaveText('Stopped.')
  await expect(liveMark(reader)).toHaveCount(0)
  expect(new Set(await trackStates(page)), 'the camera and every copy of its track').toEqual(new Set(['ended']))
  await expectLastPicture(reader)
  expect(await reader.readingCount()).toBe(await reader.finished())
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
  await reader.sourceButton('camera').click()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(1)

  await reader.choose('fixtures/data/clips/tiny.webm')
  await expect(liveMark(reader)).toHaveCount(0)
  const ofCamera = await reader.readingCount()
  await reader.waitForReading()
  expect(await reader.transcripts(), 'updates of the file').toHaveLength(1)
  // 2.2 s at five frames a second, in pairs.
  expect(await reader.framesOf(0)).toHaveLength(10)
  expect(new Set(await trackStates(page))).toEqual(new Set(['ended']))
  const ofFile = ofCamera + 1
  // Longer than the camera's next update would have taken.
  await page.waitForTimeout(2000)
  expect(await reader.transcripts()).toHaveLength(1)
  expect(await reader.readingCount()).toBe(ofFile)

  await page.keyboard.press('1')
  await expect(liveMark(reader)).toBeVisible()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(1)
  // As if it were unplugged: the browser ends the tracks that it gave.
  await context.clearPermissions()
  await expect(reader.alert).toContainText('camera-ended')
  await expect(reader.alert).toContainText('Plug it in again or choose another camera.')
  await expect(page.getByRole('status')).toHaveText('The camera was lost.')
  await expect(liveMark(reader)).toHaveCount(0)
  expect(new Set(await trackStates(page))).toEqual(new Set(['ended']))
  await expectLastPicture(reader)
  const ofAll = await reader.readingCount()
  expect(ofAll).toBeGreaterThan(ofFile)

  // It is plugged in again.
  await context.grantPermissions(['camera'])
  await page.evaluate(() => navigator.mediaDevices.dispatchEvent(new Event('devicechange')))
  await page.getByRole('button', { name: 'Start again' }).click()
  await expect(liveMark(reader)).toBeVisible()
  await expect(reader.alert).toHaveCount(0)
  await expect.poll(() => reader.readingCount(), { timeout: 120_000 }).toBeGreaterThan(ofAll)
  recordFault({
    fault: 'camera unplugged and back',
    injected: 'the browser ended the tracks and gave the camera again later',
    outcome: 'resumed',
    kept: `${ofAll} of ${ofAll} readings`,
  })
})

test('a camera that is refused says what to do, and the file that was read stays on show', async ({
  page,
  reader,
  context,
}) => {
  await consentEarlier(page)
  await context.clearPermissions()
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
  await reader.sourceButton('camera').click()
  await expect(reader.alert).toContainText('Camera not started')
  await expect(reader.alert).toContainText('camera-denied')
  await expect(reader.alert).toContainText('Allow the camera at the left of the address bar')
  await expect(reader.alert).toBeInViewport({ ratio: 1 })
  await expect(page.getByRole('status')).toHaveText('Camera not started.')
  await expect(liveMark(reader)).toHaveCount(0)
  await expect(video(reader).getByText('tiny.webm')).toBeVisible()
  await expect(video(reader).getByText('Done', { exact: true })).toBeVisible()
  expect(await reader.readingCount()).toBe(1)
  await page.keyboard.press('Escape')
  await expect(reader.alert).toHaveCount(0)
})

test('files that cannot be read replace nothing: the camera is read on', async ({ page, reader }) => {
  await consentEarlier(page)
  await reader.settings({ ...quick, reading: { ...quick.reading, framesPerSecond } })
  await reader.open('test&tokens=2')
  await reader.sourceButton('camera').click()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(1)
  const clip = await readFile('fixtures/data/clips/tiny.webm')
  const files = [
    { name: 'notes.mp4', bytes: Buffer.from('nothing but words'), code: 'not-a-video' },
    // Begins as a video does.
    { name: 'corrupt.webm', bytes: Buffer.concat([clip.subarray(0, 40), Buffer.alloc(4000, 7)]), code: 'not-a-video' },
  ]
  for (const { name, bytes, code } of files) {
    const before = await reader.finished()
    await reader.choose({ name, mimeType: 'video/webm', buffer: bytes })
    await expect(reader.alert).toContainText('This file cannot be read')
    await expect(reader.alert).toContainText(code)
    await expect(liveMark(reader)).toBeVisible()
    await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThan(before + 1)
    await page.keyboard.press('Escape')
    await expect(reader.alert).toHaveCount(0)
  }
  await reader.choose({ name: 'clip.webm', mimeType: 'video/webm', buffer: clip })
  await expect(liveMark(reader)).toHaveCount(0)
  await reader.waitForReading()
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
  await reader.sourceButton('camera').click()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThanOrEqual(2)
  const bitmaps = await page.evaluate(() => globalThis.bitmapsOfVideo)
  expect(bitmaps).toBeGreaterThanOrEqual(6)
  const frames = toFrames(await reader.framesOf(1))
  expect(frames).toHaveLength(6)
  expect(frames[0]).toMatchObject({ width: 160, height: 120 })
  expect(frames[0].rgba).not.toEqual(frames[5].rgba)
  await reader.stop()
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
  return video(reader).getByText('Live', { exact: true })
}

/** The last picture stays, with a way to start again; it is a picture, and not an empty canvas. */
async function expectLastPicture(reader: ReaderPage): Promise<void> {
  const picture = video(reader).getByRole('img', { name: /^The last picture of/ })
  await expect(picture).toBeVisible()
  await expect(reader.page.getByRole('button', { name: 'Start again' })).toBeVisible()
  const brightness = await picture.evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return []
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
    return [...new Set(data)]
  })
  expect(brightness.length, 'different values of its pixels').toBeGreaterThan(8)
}
