import { chromium } from '@playwright/test'
import { chromiumArgs, findChromium } from '../scripts/find-chromium.ts'
import { expect, ReaderPage, test } from './page.ts'

/** A tenth of a second of silence: a file with sound and no picture. */
function silence(): Buffer {
  const data = Buffer.alloc(1600)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + data.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(8000, 24)
  header.writeUInt32LE(16000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write('data', 36)
  header.writeUInt32LE(data.length, 40)
  return Buffer.concat([header, data])
}

test('files that cannot be read say why, and the page goes on', async ({ reader }) => {
  await reader.open('test&tokens=2')
  const cases = [
    ['empty.mp4', Buffer.alloc(0), 'empty-file', 'The file is empty.'],
    ['corrupt.mp4', Buffer.from('not a video '.repeat(500)), 'not-a-video', 'not a video'],
    ['sound.wav', silence(), 'no-video-track', 'sound, but no picture'],
  ] as const
  for (const [name, buffer, code, message] of cases) {
    await reader.choose({ name, mimeType: 'video/mp4', buffer })
    await expect(reader.alert).toContainText(message)
    await expect(reader.alert).toContainText(code)
  }
  await reader.choose('fixtures/data/clips/tiny.webm')
  await expect(reader.alert).toHaveCount(0)
  await reader.waitForReading()
})

test('a video that breaks off says so', async ({ reader }) => {
  const { readFile } = await import('node:fs/promises')
  const whole = await readFile('fixtures/data/clips/tiny.mp4')
  // The index stays whole while the pictures are noise.
  const noise = Buffer.from(whole)
  const from = noise.indexOf('mdat') + 200
  for (let i = from; i < Math.min(from + 20_000, noise.length); i++) noise[i] = (i * 197) & 255
  await reader.open('test&tokens=2')
  await reader.choose({ name: 'noise.mp4', mimeType: 'video/mp4', buffer: noise })
  await expect(reader.alert).toContainText(/damaged|not a video/)
})

test('a wrong bundle address says so and leaves the loaded bundle in use', async ({ page, reader, watch }) => {
  watch.expectedErrors.push(/404/)
  await reader.open('test&tokens=2')
  await page.getByRole('button', { name: 'Load a bundle' }).click()
  const field = page.getByLabel(/Address of a folder/)
  await expect(field).toBeFocused()
  await field.fill('models/nowhere/')
  await field.press('Enter')
  await expect(reader.alert).toContainText('There is no manifest.json')
  await expect(reader.alert).toContainText('not-a-bundle')
  await expect(page.getByText(/videmo-tiny · q4/)).toBeVisible()
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
})

test('a bundle with a changed file is refused by its hash', async ({ page, reader }) => {
  // The worker is there before its requests are changed: those it sends while starting may pass unseen.
  await reader.open('test&tokens=2')
  await page.route('**/decoder.data.000', async (route) => {
    const response = await route.fetch()
    const body = Buffer.from(await response.body())
    body[1000] ^= 1
    await route.fulfill({ response, body })
  })
  await page.getByRole('button', { name: 'Load a bundle' }).click()
  const field = page.getByLabel(/Address of a folder/)
  await field.fill('models/videmo-tiny/')
  await field.press('Enter')
  await expect(reader.alert).toContainText('decoder.data.000')
  await expect(reader.alert).toContainText('wrong-hash')
  // The bundle that was loaded before is still in use, and trying again works once the file is whole.
  await expect(page.getByText(/videmo-tiny · q4/)).toBeVisible()
  await page.unroute('**/decoder.data.000')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('this small bundle has random weights')).toBeVisible()
  await expect(reader.alert).toBeHidden()
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
})

test('without an adapter the cause is named, and nothing is downloaded', async ({ baseURL }) => {
  const executablePath = findChromium()
  // A browser without the flags that the other tests run with finds no adapter on a machine without a GPU.
  const browser = await chromium.launch({
    args: [...chromiumArgs, '--disable-gpu'],
    ...(executablePath ? { executablePath } : {}),
  })
  try {
    const page = await browser.newPage({ ...(baseURL ? { baseURL } : {}) })
    const requests: string[] = []
    page.context().on('request', (request) => requests.push(request.url()))
    await page.goto('?test')
    const { alert } = new ReaderPage(page)
    await expect(alert).toContainText('found no graphics adapter')
    await expect(alert).toContainText('no-adapter')
    await expect(alert).toContainText('hardware acceleration')
    expect(requests.filter((url) => url.includes('/models/') || url.endsWith('.wasm'))).toEqual([])
  } finally {
    await browser.close()
  }
})

test('without navigator.gpu the cause is another one', async ({ page, reader }) => {
  // The worker asks, so it is the worker's own navigator that must lack it.
  await page.route('**/engine.worker-*.js', async (route) => {
    const response = await route.fetch()
    const body = `Object.defineProperty(WorkerNavigator.prototype, 'gpu', { value: undefined });${await response.text()}`
    await route.fulfill({ response, body })
  })
  await page.goto('?test')
  await expect(reader.alert).toContainText('does not offer WebGPU')
  await expect(reader.alert).toContainText('no-webgpu')
})
