/**
 * Takes pictures of the page in the system's Chromium: `npx tsx scripts/screenshots.ts`. The README's goes to docs/,
 * the others (dark, narrow, before and after a reading) to .cache/screenshots for looking at.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContextOptions, chromium, type Page } from 'playwright'
import { PNG } from 'pngjs'
import { build, preview } from 'vite'
import { chromiumArgs, findChromium, webgpuArgs } from './find-chromium.ts'
import './prepare.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const review = join(root, '.cache/screenshots')
const tokens = 40

const wide = { width: 1440, height: 900 }
const readme = { width: 1200, height: 836 }
const narrow = { width: 360, height: 800 }

const shots: readonly (BrowserContextOptions & { readonly name: string })[] = [
  { name: 'light', viewport: wide, colorScheme: 'light' },
  { name: 'dark', viewport: wide, colorScheme: 'dark' },
  { name: 'narrow', viewport: narrow, colorScheme: 'light' },
]

/** Reads the sample clip, and leaves the preview at a telling moment. */
async function readSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Try the sample clip' }).click()
  await page.getByText('The reading is complete.').waitFor({ state: 'attached', timeout: 240_000 })
  await page.evaluate(async () => {
    const video = document.querySelector('video')
    if (!video) return
    video.pause()
    video.controls = false
    video.currentTime = 3
    await new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
  })
}

/** Fewer levels a channel: a good third of the bytes less, and hardly to be seen. */
function smaller(png: Buffer): Buffer {
  const image = PNG.sync.read(png)
  for (let i = 0; i < image.data.length; i++) image.data[i] = Math.min(255, Math.round(image.data[i] / 6) * 6)
  return PNG.sync.write(image, { colorType: 2, deflateLevel: 9 })
}

process.chdir(root)
await mkdir(review, { recursive: true })
await build({ logLevel: 'warn' })
const server = await preview({ preview: { port: 0 } })
const executablePath = findChromium()
const browser = await chromium.launch({
  args: [...chromiumArgs, ...webgpuArgs],
  ...(executablePath ? { executablePath } : {}),
})
try {
  for (const { name, ...options } of shots) {
    const page = await browser.newPage({ ...options, reducedMotion: 'reduce' })
    await page.goto(`${server.resolvedUrls?.local[0]}?test&tokens=${tokens}`)
    await page.getByText('This small bundle has random weights').waitFor()
    await page.screenshot({ path: join(review, `${name}-first.png`), fullPage: true })
    await readSample(page)
    await page.screenshot({ path: join(review, `${name}-read.png`), fullPage: true })
    if (name === 'light') {
      await page.setViewportSize(readme)
      await writeFile(join(root, 'docs/screenshot.png'), smaller(await page.screenshot()))
      await page.setViewportSize(wide)
    }
    await page.getByText('Details', { exact: true }).click()
    await page.screenshot({ path: join(review, `${name}-details.png`), fullPage: true })
    await page.close()
  }
} finally {
  await browser.close()
  await server.close()
}
