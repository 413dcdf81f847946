import { fixtureFolder } from '../scripts/fixture-bundle.ts'
import type { Manifest } from '../src/manifest/manifest.ts'
import { agree, CpuReader, toFrames } from './cpu-reading.ts'
import { expect, fixture, quick, ReaderPage, test } from './page.ts'
import { beforeWorker } from './worker-prelude.ts'

/** Of the real model's size, by what it says. */
const large = ({ model }: Pick<Manifest, 'model'>) => ({ model: { ...model, parameters: 3_750_000_000 } })

test('bundles that cannot be used say why and leave the loaded one in use; a folder is one, too', async ({
  page,
  reader,
  watch,
  weights,
}) => {
  watch.expectedErrors.push(/404/)
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  const panel = page.getByRole('dialog')
  const status = page.getByRole('navigation', { name: 'Panels' })
  const expectFirstBundle = () => expect(status).toContainText('videmo-fixture · q4')

  await test.step('a wrong address', async () => {
    await reader.load('models/nowhere/')
    await expect(reader.alert).toContainText('There is no manifest.json')
    await expect(reader.alert).toContainText('not-a-bundle')
    await page.keyboard.press('Escape')
    await expectFirstBundle()
    await reader.choose('fixtures/data/clips/tiny.webm')
    await reader.waitForReading()
  })

  await test.step('what this device cannot run, before the first byte of it', async () => {
    weights.changeManifest(({ model, needs }) => ({
      ...large({ model }),
      needs: { ...needs, features: ['shader-f16'] },
    }))
    await reader.load(weights.url)
    await expect(reader.alert).toContainText('no-shader-f16')
    await expect(reader.alert).toContainText('--dtype q4')
    expect(weights.requests).toEqual(['manifest.json'])
    await page.keyboard.press('Escape')
  })

  await test.step('a large download is offered with its license, shows its bytes, and can be canceled', async () => {
    weights.hold()
    weights.changeManifest(({ files }) => ({
      files: [...files, { path: 'large.bin', bytes: 2_000_000_000, sha256: '0'.repeat(64) }],
    }))
    weights.requests.length = 0
    await reader.load(weights.url)
    await expect(panel).toContainText('Apache-2.0')
    await expect(panel).toContainText('2.0 GB')
    expect(weights.requests).toEqual(['manifest.json'])
    await panel.getByRole('button', { name: 'Download 2.0 GB' }).click()
    await expect(panel).toContainText('of 2.0 GB')
    await expect(panel).toContainText('Apache-2.0')
    await panel.getByRole('button', { name: 'Cancel' }).click()
    await expect(panel.getByRole('button', { name: 'Cancel' })).toHaveCount(0)
    await expect(reader.alert).toHaveCount(0)
    // The button that was pressed is gone, and the panel takes the focus back.
    await expect(panel.locator(':focus')).toBeVisible()
    await page.keyboard.press('Escape')
    await expectFirstBundle()
    weights.release()
  })

  await test.step('a changed file is refused by its hash', async () => {
    weights.change('manifest.json', undefined)
    weights.change('decoder.data.000', (bytes) => {
      bytes[1000] ^= 1
      return bytes
    })
    await reader.load(weights.url)
    await expect(reader.alert).toContainText('decoder.data.000')
    await expect(reader.alert).toContainText('wrong-hash')
    await expectFirstBundle()
    await page.keyboard.press('Escape')
  })

  await test.step('a folder on this machine', async () => {
    await reader.openPanel('Model')
    await page.getByLabel('Bundle folder').setInputFiles(fixtureFolder)
    await expect(panel).toContainText('your folder', { timeout: 60_000 })
    await page.keyboard.press('Escape')
    await reader.choose('fixtures/data/clips/tiny.webm')
    await reader.waitForReading()
  })
})

test('kernels that are wrong are found out, and the page computes without them', async ({ page, reader }) => {
  // With subgroups of four, attention is wrong on this adapter, without an error.
  await reader.settings(quick)
  await reader.open('test&tokens=2&subgroups', 'checked')
  await reader.openPanel('Device and self-check')
  const panel = page.getByRole('dialog')
  await expect(panel).toContainText('exact')
  await expect(panel).toContainText('with subgroups')
  await page.keyboard.press('Escape')
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
})

test('without an adapter the cause is named, and the small bundle runs on the processor', async ({
  baseURL,
  blindBrowser,
  weights,
}) => {
  const page = await blindBrowser.newPage({ ...(baseURL ? { baseURL } : {}) })
  const reader = new ReaderPage(page)
  await reader.open('test&tokens=6')
  await expect(page.getByRole('navigation', { name: 'Panels' })).toContainText('processor')
  await expect(await reader.openNotices()).toContainText('found no graphics adapter')
  await page.keyboard.press('Escape')
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
  const [said] = await reader.transcripts()
  const cpu = await CpuReader.open()
  try {
    const matches = await cpu.compare(toFrames(await reader.framesOf(0)), said, 6)
    expect(agree(matches), JSON.stringify(matches)).toBe(true)
  } finally {
    await cpu.close()
  }
  // What is too large for the processor is refused, with the cause.
  weights.changeManifest(large)
  await reader.load(weights.url)
  await expect(reader.alert).toContainText('found no graphics adapter')
  await expect(reader.alert).toContainText('no-adapter')
  expect(weights.requests).toEqual(['manifest.json'])
})

test('an adapter in software is used for what is too large for the processor, and for nothing else', async ({
  page,
  reader,
  weights,
}) => {
  // Not a test's page: those prefer the adapter.
  await page.goto(`?${fixture}`)
  const status = page.getByRole('navigation', { name: 'Panels' })
  await expect(status).toContainText('· processor', { timeout: 60_000 })
  await reader.openPanel('Device and self-check')
  await expect(page.getByRole('dialog')).toContainText('The only graphics adapter is a software one')
  await page.keyboard.press('Escape')
  weights.changeManifest(large)
  await reader.load(weights.url)
  await expect(status).toContainText('software, slow', { timeout: 120_000 })
})

test('without navigator.gpu the cause is another one', async ({ page, reader }) => {
  // The worker asks, so it is the worker's own navigator that must lack it.
  await beforeWorker(page, `Object.defineProperty(WorkerNavigator.prototype, 'gpu', { value: undefined })`)
  await reader.open('test')
  await expect(page.getByRole('navigation', { name: 'Panels' })).toContainText('processor')
  await expect(await reader.openNotices()).toContainText('This browser does not offer WebGPU')
})

test('a browser without JSPI gets the larger build of the runtime', async ({ page, reader }) => {
  const builds: string[] = []
  page.context().on('request', (request) => {
    const build = /ort-wasm[\w.-]*?(jspi|asyncify)/.exec(request.url())?.[1]
    if (build) builds.push(build)
  })
  await beforeWorker(page, 'delete WebAssembly.Suspending')
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
  expect(new Set(builds)).toEqual(new Set(['asyncify']))
})
