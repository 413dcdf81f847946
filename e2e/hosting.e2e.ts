import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, quick, ReaderPage, test } from './page.ts'
import { dist, type StaticHost, startStaticHost } from './static-host.ts'

/** The least of the hosts' limits: Cloudflare Pages. */
const mostBytes = 25 * 2 ** 20
const clip = 'fixtures/data/clips/tiny.webm'

// These tests bring hosts of their own, and a browser that may keep the app.
test.use({ serviceWorkers: 'allow' })

test('every file of the build is within what static hosts take', async () => {
  const entries = await readdir(dist, { withFileTypes: true, recursive: true })
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => ({ name, bytes: (await stat(join(parentPath, name))).size })),
  )
  const largest = files.toSorted((a, b) => b.bytes - a.bytes).slice(0, 3)
  for (const { name, bytes } of largest) console.log(`    ${(bytes / 1e6).toFixed(2)} MB ${name}`)
  expect(files.filter(({ bytes }) => bytes > mostBytes)).toEqual([])
  expect(largest[0].name).toMatch(/wasm.*\.gz$/)
  // Weights are never part of what the service worker keeps.
  const kept = [...(await readFile(join(dist, 'sw.js'), 'utf8')).matchAll(/url:"([^"]+)"/g)].map(([, url]) => url)
  expect(kept).toContain('index.html')
  expect(kept.filter((url) => /models\/|\.gz$|\.onnx|\.data\./.test(url))).toEqual([])
  // Whose code it is, of the page, its workers, the WebAssembly and the service worker.
  const notice = await readFile(join(dist, 'NOTICE.txt'), 'utf8')
  const parties = [...notice.matchAll(/^- (\S+) [\d.]+\S*, ([\w.-]+), https:/gm)].map(
    ([, name, licence]) => `${name} ${licence}`,
  )
  console.log(`    notices: ${parties.join(', ')}`)
  expect(notice).toContain('Copyright The MediaPipe Authors')
  expect(parties).toEqual(
    expect.arrayContaining([
      'mediabunny MPL-2.0',
      'comlink Apache-2.0',
      'react-aria-components Apache-2.0',
      'react MIT',
      'onnxruntime-web MIT',
      'hash-wasm MIT',
      'workbox-precaching MIT',
    ]),
  )
})

for (const { name, hasNoHeaders } of [
  { name: 'the headers of the build', hasNoHeaders: false },
  { name: 'the page alone, on a host that sends no headers', hasNoHeaders: true },
]) {
  test(`inline scripts and fetches from strangers are refused by ${name}`, async ({ page, watch }) => {
    watch.expectedErrors.push(/Content Security Policy|violates|Refused/)
    await withHost({ hasNoHeaders }, async (host) => {
      watch.allowedOrigins.push(host.origin)
      await page.goto(`${host.url}?test`)
      const violations = await page.evaluate(async () => {
        const seen: string[] = []
        addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
          seen.push(`${effectiveDirective} ${blockedURI}`)
        })
        const inline = document.createElement('script')
        inline.textContent = 'globalThis.inlineRan = true'
        document.head.append(inline)
        const refused = await fetch('https://stranger.example/').then(
          () => false,
          () => true,
        )
        if (!refused) seen.push('a fetch that was answered')
        if ('inlineRan' in globalThis) seen.push('an inline script that ran')
        const style = document.createElement('style')
        style.textContent = 'body { color: red }'
        document.head.append(style)
        await new Promise((resolve) => setTimeout(resolve, 100))
        return seen
      })
      for (const violation of new Set(violations)) console.log(`    refused: ${violation}`)
      // Where the host sends the policy as well, both report.
      expect([...new Set(violations)]).toEqual([
        'script-src-elem inline',
        'connect-src https://stranger.example/',
        'style-src-elem inline',
      ])
      // The worker, which a policy in the page does not bind, refuses by the same list.
      const reader = new ReaderPage(page)
      await reader.load('https://stranger.example/bundle/')
      await expect(reader.alert.first()).toContainText('host-not-allowed')
      await expect(reader.alert.first()).toContainText('may not fetch weights from stranger.example')
    })
  })
}

test('an address without its slash leads to the page, by the host or by the page itself', async ({ page, watch }) => {
  watch.expectedErrors.push(/Failed to load resource|MIME type/)
  for (const servesFolderAsFile of [false, true]) {
    await withHost({ servesFolderAsFile }, async (host) => {
      watch.allowedOrigins.push(host.origin)
      const { pathname } = new URL(host.url)
      await page.goto(`${host.origin}${pathname.slice(0, -1)}?test&source=none#here`)
      await expect(page.getByRole('heading', { name: 'VidEmo', level: 1 })).toBeVisible()
      const { pathname: landed, search, hash } = new URL(page.url())
      expect([landed, search, hash]).toEqual([pathname, '?test&source=none', '#here'])
      // A file's own address is right as it is.
      await page.goto(`${host.url}index.html?test&source=none`)
      await expect(page.getByRole('heading', { name: 'VidEmo', level: 1 })).toBeVisible()
      expect(new URL(page.url()).pathname).toBe(`${pathname}index.html`)
    })
  }
})

test('where the host isolates the page, the processor computes with threads, and the GPU as ever', async ({
  page,
  blindBrowser,
  watch,
}) => {
  const isolation = {
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  }
  await withHost({ headers: isolation }, async (host) => {
    watch.allowedOrigins.push(host.origin)
    const address = `${host.url}?test&tokens=2&unchecked&bundle=models/videmo-fixture/`
    const read = async (reader: ReaderPage) => {
      await reader.settings(quick)
      await reader.page.goto(address)
      await reader.choose(clip)
      await reader.waitForReading()
      expect(await reader.page.evaluate(() => crossOriginIsolated)).toBe(true)
    }
    await read(new ReaderPage(page))

    const slow = new ReaderPage(await blindBrowser.newPage())
    await read(slow)
    await expect(await slow.openNotices()).toContainText('Computing on the processor')
    const session = await blindBrowser.newBrowserCDPSession()
    const { targetInfos } = await session.send('Target.getTargets', { filter: [{}] })
    const threads = targetInfos.filter(({ type, url }) => type === 'worker' && url.includes('ort.wasm'))
    const cores = await slow.page.evaluate(() => navigator.hardwareConcurrency)
    console.log(`    ${cores} cores: ${threads.length} threads beside the worker's own`)
    expect(threads).toHaveLength(Math.min(4, cores) - 1)
  })
})

test('after one visit the page starts and reads without its host', async ({ page, watch, context }) => {
  watch.expectedErrors.push(/ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|Failed to load resource/)
  await withHost({}, async (host) => {
    watch.allowedOrigins.push(host.origin)
    const reader = new ReaderPage(page)
    await reader.settings({ probes: quick.probes })
    await page.goto(`${host.url}?test&tokens=2&unchecked`)
    await expect(page.getByText(/small model · /).first()).toBeVisible({ timeout: 120_000 })
    await page.evaluate(() => navigator.serviceWorker.ready)
    // It is ready before it has everything.
    await expect.poll(() => page.evaluate(keptFiles), { timeout: 60_000 }).toContain('sample.webm')
    console.log(`    kept for visits without a network: ${(await page.evaluate(keptFiles)).join(', ')}`)
    await host.close()
    await context.setOffline(true)

    await page.reload()
    await expect(page.getByText(/small model · /).first()).toBeVisible({ timeout: 120_000 })
    await expect(await reader.openNotices()).toContainText('this is what was stored')
    await page.keyboard.press('Escape')
    await reader.choose(clip)
    await reader.waitForReading()
    // Another page of the same app, by another address.
    await page.goto(`${host.url}index.html?test&source=none`)
    await expect(page.getByRole('heading', { name: 'VidEmo', level: 1 })).toBeVisible()
  })
})

test('a new version waits until the person takes it, and says what a reload forgets', async ({ page, watch }) => {
  const folder = await mkdtemp(join(tmpdir(), 'videmo-versions-'))
  try {
    await cp(dist, folder, { recursive: true })
    await withHost({ folder }, async (host) => {
      watch.allowedOrigins.push(host.origin)
      const reader = new ReaderPage(page)
      await reader.settings(quick)
      await page.goto(`${host.url}?test&tokens=2&unchecked&bundle=models/videmo-fixture/`)
      await page.evaluate(() => navigator.serviceWorker.ready)
      await page.reload()
      await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
      await reader.choose(clip)
      await reader.waitForReading()
      await expect.poll(() => reader.readingCount()).toBe(1)
      await expect(reader.chip).not.toContainText('A new version is ready')

      const built = await readFile(join(folder, 'sw.js'), 'utf8')
      await writeFile(join(folder, 'sw.js'), `${built}\n// another version`)
      await page.evaluate(async () => (await navigator.serviceWorker.ready).update())
      await expect(reader.chip).toContainText('A new version is ready')
      const notices = await reader.openNotices()
      await expect(notices).toContainText('Reloading forgets the reading of this page')
      // Nothing happens by itself.
      await page.waitForTimeout(500)
      await expect.poll(() => reader.readingCount()).toBe(1)

      const questions: string[] = []
      page.on('dialog', (dialog) => {
        questions.push(dialog.type())
        dialog.accept().catch((error) => console.log('    dialog', dialog.type(), error.message))
      })
      await Promise.all([page.waitForEvent('load'), notices.getByRole('button', { name: 'Reload' }).click()])
      expect(questions, 'questions after the one that was answered').toEqual([])
      await expect(page.getByRole('heading', { name: 'VidEmo', level: 1 })).toBeVisible()
      await expect(page.getByText('A new version is ready')).toHaveCount(0)
      expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting ?? null)).toBe(
        null,
      )
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function withHost(options: Parameters<typeof startStaticHost>[0], use: (host: StaticHost) => Promise<void>) {
  const host = await startStaticHost(options)
  try {
    await use(host)
  } finally {
    await host.close()
  }
}

/** Names of all files in the page's caches. */
async function keptFiles(): Promise<string[]> {
  const names: string[] = []
  for (const name of await caches.keys()) {
    for (const { url } of await (await caches.open(name)).keys())
      names.push(new URL(url).pathname.split('/').at(-1) ?? '')
  }
  return names
}
