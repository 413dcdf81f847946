import { readFile } from 'node:fs/promises'
import { basePath } from './base-path.ts'
import { expect, processorTest as test } from './page.ts'
import { startStaticHost } from './static-host.ts'

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
    const types = await page.request.get(`${host.url}embed/videmo.d.ts`)
    expect(await types.text()).toContain('export declare function createAnalyzer(options: AnalyzerOptions): Analyzer')
  } finally {
    await host.close()
  }
})

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
  await expect(frame.getByRole('heading', { name: 'VidEmo', level: 1 })).toHaveCount(1)
  await expect(frame.getByText('Nothing leaves this device.')).toBeVisible()
})
