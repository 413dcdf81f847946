import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { basePath } from './base-path.ts'
import { expect, processorTest as test } from './page.ts'
import { type StaticHost, startStaticHost } from './static-host.ts'

test('a page that imports the API gets readings of the sample clip, by the example in the documentation', async ({
  page,
  watch,
}) => {
  const documentation = await readFile('docs/embedding.md', 'utf8')
  const example = /```js\n(.*?)```/s.exec(documentation)?.[1]
  if (!example?.includes('createAnalyzer')) throw new Error('docs/embedding.md has no example')
  const script = `${example.replaceAll('/videmo/', basePath)}\nglobalThis.hasEnded = true`
  await page.route('**/host.js', (route) => route.fulfill({ contentType: 'text/javascript', body: script }))
  await page.route('**/host.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      headers: {
        'content-security-policy':
          "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; img-src 'self'",
      },
      body: `<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="${basePath}icon.svg"><script type="module" src="/host.js"></script>`,
    }),
  )
  const host = await startStaticHost()
  watch.allowedOrigins.push(host.origin)
  try {
    await page.goto(`${host.origin}/host.html`)
    await expect(page.locator('body')).toContainText(/s: appears .*happy/, { timeout: 240_000 })
    console.log(`    ${await page.locator('body').textContent()}`)

    // What is refused says so, with what to do.
    const refused = await page.evaluate(async (address) => {
      const { createAnalyzer } = (await import(address)) as typeof import('../src/embed/videmo.ts')
      const analyzer = createAnalyzer({ source: new Blob(['no video']), bundle: 'https://stranger.example/' })
      return analyzer.ready.catch(({ name, code, action }) => ({ name, code, action }))
    }, `${basePath}embed/videmo.js`)
    expect(refused).toMatchObject({
      name: 'BundleError',
      code: 'host-not-allowed',
      action: expect.stringMatching(/\w/),
    })
    await refuses(page, host)
    await endsWithTracks(page)
    // A drawn face is told from a real one, and its picture is read; nobody was looked for where nobody was to be.
    await followsFaces(page)
    // Nobody asked for a model of transformers.js.
    expect(host.requests.filter((path) => path.includes('transformers'))).toEqual([])
    const types = await page.request.get(`${host.url}embed/videmo.d.ts`)
    expect(await types.text()).toContain('export declare function createAnalyzer(options: AnalyzerOptions): Analyzer')
  } finally {
    await host.close()
  }
})

/** Wrong uses fail at once and by their own name, before anything is asked for. */
async function refuses(page: Page, host: StaticHost): Promise<void> {
  const asked = host.requests.length
  const codes = await page.evaluate(async (address) => {
    const { createAnalyzer } = (await import(address)) as typeof import('../src/embed/videmo.ts')
    const codeOf = async (...given: unknown[]) => {
      try {
        await (createAnalyzer as (...given: unknown[]) => ReturnType<typeof createAnalyzer>)(...given).ready
        return 'ready'
      } catch (error) {
        const { code, action } = error as { readonly code?: string; readonly action?: string }
        return action ? code : `no action: ${error}`
      }
    }
    const source = new Blob(['a video'])
    const sound = new AudioContext().createMediaStreamDestination().stream
    const ended = document.createElement('canvas').captureStream()
    for (const track of ended.getTracks()) track.stop()
    const stopped = createAnalyzer({ source, signal: AbortSignal.abort() })
    const readings = []
    for await (const reading of stopped.readings) readings.push(reading)
    return {
      codes: [
        await codeOf(),
        await codeOf({ source: document.createElement('video') }),
        await codeOf({ source: sound }),
        await codeOf({ source: ended }),
        await codeOf({ source, bundle: 'https://[bad' }),
        await codeOf({ source, maxTokens: Number.NaN }),
        await codeOf({ source, framesPerSecond: '2' }),
        await codeOf({ source, appUrl: 'https://stranger.example/videmo/' }),
        await codeOf({ source, signal: AbortSignal.abort() }),
      ],
      readings,
    }
  }, `${basePath}embed/videmo.js`)
  expect(codes).toEqual({
    codes: [
      'no-options',
      'unknown-source',
      'stream-without-video',
      'stream-ended',
      'bad-url',
      'bad-max-tokens',
      'bad-frames-per-second',
      'app-elsewhere',
      'stopped',
    ],
    readings: [],
  })
  expect(host.requests.length).toBe(asked)

  // What the caller says no to, or ends, is told as that, and not as a fault of the app's.
  const ends = await page.evaluate(async (address) => {
    const { createAnalyzer } = (await import(address)) as typeof import('../src/embed/videmo.ts')
    const told = ({ ready }: ReturnType<typeof createAnalyzer>) =>
      ready.then(
        () => 'ready',
        ({ code, message, action }) => ({ code, words: `${message} ${action}` }),
      )
    const source = new Blob(['a video'])
    const bundle = new URL('../models/videmo-fixture/', new URL(address, location.href))
    const declined = createAnalyzer({ source, bundle, mayDownload: () => false })
    const broken = createAnalyzer({
      source,
      bundle,
      mayDownload: () => {
        throw new Error('not mine')
      },
    })
    const stopped = createAnalyzer({ source, bundle })
    stopped.stop()
    return Promise.all([declined, broken, stopped].map(told))
  }, `${basePath}embed/videmo.js`)
  expect(ends).toEqual([
    { code: 'download-declined', words: expect.stringContaining('mayDownload') },
    { code: 'may-download-failed', words: expect.stringContaining('Error: not mine') },
    { code: 'stopped', words: expect.not.stringMatching(/smaller bundle|report/) },
  ])
}

/** A real face: measured without a model, and read by its twin, for the embedded model reads drawings. */
async function followsFaces(page: Page): Promise<void> {
  const portrait = [...(await readFile('fixtures/data/faces/portrait_192.png'))]
  const seen = await page.evaluate(
    async ([address, bytes]) => {
      const { createAnalyzer } = (await import(address)) as typeof import('../src/embed/videmo.ts')
      const source = new Blob([new Uint8Array(bytes)])
      const moments: object[] = []
      const measuring = createAnalyzer({ source, measureOnly: true, onMeasured: (moment) => moments.push(moment) })
      const { name } = await measuring.ready
      const none = []
      for await (const reading of measuring.readings) none.push(reading)
      const readings = []
      const options = { source, maxTokens: 60, withProbabilities: false }
      for await (const { track, view, answers, measured, claims } of createAnalyzer(options).readings) {
        readings.push({ track, view, answers, faces: measured?.faces, claims })
      }
      return { name, none, moments, readings }
    },
    [`${basePath}embed/videmo.js`, portrait] as const,
  )
  expect(seen).toMatchObject({
    name: 'faces',
    none: [],
    moments: [{ timeS: 0, width: 192, height: 192, faces: [{ track: 'face-1', measured: { timeS: 0 } }] }],
    readings: [
      {
        track: 'face-1',
        view: 'twin',
        faces: 1,
        answers: { expression: expect.stringMatching(/smile/) },
        claims: expect.arrayContaining([expect.objectContaining({ what: 'AU12', reason: 'small' })]),
      },
    ],
  })
  // No landmarks leave the worker.
  expect(JSON.stringify(seen.moments).length).toBeLessThan(3000)
}

/** The tracks are the caller's, and so is the end of them. */
async function endsWithTracks(page: Page): Promise<void> {
  const after = await page.evaluate(async (address) => {
    const { createAnalyzer } = (await import(address)) as typeof import('../src/embed/videmo.ts')
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d')
    const paint = setInterval(() => context?.fillRect(Math.random() * 300, Math.random() * 150, 9, 9), 100)
    const source = canvas.captureStream(10)
    const { readings } = createAnalyzer({ source, faces: 'none', maxTokens: 2, withProbabilities: false })
    let after = -1
    for await (const reading of readings) {
      // The one under way may still come.
      after++
      if (after === 0) for (const track of source.getTracks()) track.stop()
      if (after > 4) break
      if (reading.settings.maxTokens !== 2 || reading.model.name !== 'videmo-tiny')
        throw new Error('of another reading')
    }
    clearInterval(paint)
    return after
  }, `${basePath}embed/videmo.js`)
  expect(after).toBeGreaterThanOrEqual(0)
  expect(after).toBeLessThanOrEqual(1)
}

test('in a frame the page has no head of its own, and begins with what the address asks for', async ({ page }) => {
  await page.route('**/frame.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="${basePath}icon.svg"><iframe title="VidEmo" width="1000" height="700" allow="camera" src="${basePath}?test&unchecked&bundle=models/videmo-fixture/&embed=1&source=drawn"></iframe>`,
    }),
  )
  await page.goto('/frame.html')
  const frame = page.frameLocator('iframe')
  await expect(frame.getByRole('img', { name: 'Drawn face' })).toBeVisible()
  await expect(frame.getByRole('banner')).toHaveCount(0)
  // Without a head, too, another source can be chosen.
  await expect(frame.getByRole('navigation', { name: 'What to watch' }).getByRole('button')).toHaveCount(4)
  await expect(frame.getByRole('heading', { name: 'VidEmo', level: 1 })).toHaveCount(1)
  await expect(frame.getByText('Nothing leaves this device.')).toBeVisible()
})
