import { faceCamera, faceCameraFile, faceClip, faceClipFile } from '../fixtures/moving_face.ts'
import { recordFault } from '../scripts/fault-table.ts'
import { cameraTest, consentEarlier, expect, quick } from './camera-page.ts'
import type { ReaderPage } from './page.ts'

const test = cameraTest(() => faceCameraFile())

const faces = ({ page }: ReaderPage) => page.evaluate(() => globalThis.videmoTest?.faces())
const status = async (reader: ReaderPage) => (await faces(reader))?.state.status.state
const moments = async (reader: ReaderPage) => (await faces(reader))?.moments ?? 0

test.beforeEach(({ page }) => consentEarlier(page))

test('one’s own face is followed and measured before any model is there', async ({ page, reader }) => {
  // The model is on its way, and never comes.
  await page.route('**/models/videmo-tiny/**', () => undefined)
  await page.goto('?test')
  await reader.sourceButton('camera').click()
  await expect.poll(() => status(reader), { timeout: 60_000 }).toBe('following')
  await expect.poll(async () => (await faces(reader))?.latest?.faces.length, { timeout: 60_000 }).toBe(1)
  const first = await faces(reader)
  expect(first?.latest).toMatchObject({ width: faceCamera.width, height: faceCamera.height })
  const [face] = first?.latest?.faces ?? []
  expect(face.measured.box.height).toBeGreaterThan(120)
  await expect.poll(() => moments(reader), { timeout: 60_000 }).toBeGreaterThan((first?.moments ?? 0) + 40)
  const later = await faces(reader)
  // It moved all the while, and is one face.
  expect(later?.state.tracks.map(({ track, isHere }) => [track, isHere])).toEqual([[face.track, true]])
  expect(later?.latest?.timeS).toBeGreaterThan(first?.latest?.timeS ?? 0)
  expect(await reader.transcripts()).toEqual([])

  await reader.stop()
  await expect.poll(() => status(reader)).toBe('off')
  const ended = await moments(reader)
  await page.waitForTimeout(500)
  expect(await moments(reader)).toBe(ended)
})

test('a worker that is lost is replaced once; lost again, the whole picture is read without it', async ({
  page,
  reader,
}) => {
  await reader.settings({ ...quick, faces: { isOn: true } })
  await reader.open('test&tokens=2')
  await reader.sourceButton('camera').click()
  await expect.poll(() => moments(reader), { timeout: 60_000 }).toBeGreaterThan(10)
  await page.evaluate(() => globalThis.videmoTest?.killFaces())
  const before = await moments(reader)
  await expect.poll(() => moments(reader), { timeout: 60_000 }).toBeGreaterThan(before + 10)
  expect(await status(reader)).toBe('following')
  await page.evaluate(() => globalThis.videmoTest?.killFaces())
  await expect.poll(() => status(reader)).toBe('failed')
  expect((await faces(reader))?.error).toMatchObject({ name: 'FaceError', code: 'faces-lost' })
  const finished = await reader.finished()
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThan(finished)
  recordFault({
    fault: 'worker of faces killed',
    injected: 'twice, in front of a camera',
    outcome: 'recovered',
    kept: 'faces followed again after the first; the whole picture is read after the second',
  })
})

test('networks that do not come are told, and the whole picture is read', async ({ page, reader, watch }) => {
  watch.expectedErrors.push(/Failed to load resource/)
  await page.route('**/models/faces/**', (route) => route.abort())
  await reader.settings({ ...quick, faces: { isOn: true } })
  await reader.open('test&tokens=2')
  await reader.sourceButton('camera').click()
  await expect.poll(() => status(reader), { timeout: 60_000 }).toBe('failed')
  expect((await faces(reader))?.error).toMatchObject({ name: 'FaceError', code: 'faces-not-loaded' })
  await expect.poll(() => reader.finished(), { timeout: 120_000 }).toBeGreaterThan(0)
  recordFault({
    fault: 'face networks missing',
    injected: 'requests for models/faces fail',
    outcome: 'recovered',
    kept: 'the whole picture is read, and the page says why nobody is followed',
  })
})

test('a video is measured to its end at ten frames a second, and a picture at once', async ({ page, reader }) => {
  await page.route('**/models/videmo-tiny/**', () => undefined)
  await page.goto('?test')
  const seen: string[] = []
  await reader.choose({ name: 'face.gif', mimeType: 'image/gif', buffer: await faceClipFile() })
  await expect
    .poll(
      async () => {
        const { state } = (await faces(reader)) ?? {}
        if (state && seen.at(-1) !== state.status.state) seen.push(state.status.state)
        return state?.status.state
      },
      { timeout: 120_000, intervals: [20] },
    )
    .toBe('measured')
  expect(seen).toContain('measuring')
  const measured = await faces(reader)
  expect(measured?.moments).toBe(faceClip.frames)
  expect(measured?.state.tracks).toHaveLength(1)

  await reader.choose('fixtures/data/faces/portrait_smile_256.png')
  await expect.poll(async () => (await faces(reader))?.latest?.width, { timeout: 60_000 }).toBe(256)
  await expect.poll(() => status(reader)).toBe('measured')
  const picture = await faces(reader)
  expect(picture?.latest?.faces).toHaveLength(1)
  expect(picture?.moments).toBe((measured?.moments ?? 0) + 1)

  await reader.act('Erase everything…')
  await page
    .getByRole('alertdialog')
    .or(page.getByRole('dialog'))
    .getByRole('button', { name: /^Erase/ })
    .click()
  await expect.poll(() => faces(reader)).toMatchObject({ state: { status: { state: 'off' }, tracks: [], events: [] } })
  expect((await faces(reader))?.latest).toBeUndefined()
})
