/**
 * Takes pictures of the page in the system's Chromium, for the README and for looking at.
 *
 * `npx tsx scripts/screenshots.ts` watches the drawn face being read in the built page, as a first visitor does: the
 * README's picture goes to docs/, the others (light, dark, narrow; before and after a reading) to .cache/screenshots.
 *
 * `npx tsx scripts/screenshots.ts stories [NAME ...]` shows the page's states with nothing behind them
 * (`src/app/testing/stories.ts`), in .cache/screenshots/stories; with `--docs` first, the main ones of light, dark and
 * narrow go to docs/screenshots instead; `--all` adds three sizes. `--axe` also lists what axe finds serious, and fails on it.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import AxeBuilder from '@axe-core/playwright'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { PNG } from 'pngjs'
import { build, createServer, preview } from 'vite'
import { stories } from '../src/app/testing/stories.ts'
import { chromiumArgs, findChromium, quickShadersFlag, webgpuArgs } from './find-chromium.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const review = join(root, '.cache/screenshots')

const wide = { width: 1440, height: 900 }
const readme = { width: 1200, height: 1080 }
const narrow = { width: 360, height: 800 }

type Look = BrowserContextOptions & { readonly name: string }
const looks: readonly Look[] = [
  { name: 'light', viewport: wide, colorScheme: 'light' },
  { name: 'dark', viewport: wide, colorScheme: 'dark' },
  { name: 'narrow', viewport: narrow, colorScheme: 'light' },
]
const moreLooks: readonly Look[] = [
  { name: 'narrow-dark', viewport: narrow, colorScheme: 'dark' },
  { name: 'tablet', viewport: { width: 768, height: 1024 }, colorScheme: 'light' },
  { name: 'laptop', viewport: { width: 1024, height: 768 }, colorScheme: 'light' },
]
const mainStories = ['first', 'running', 'camera', 'recorded', 'failed', 'panel-model']

/** Until the drawn face that a first visitor is shown was read whole, and its probabilities are there. */
async function seeRead(page: Page): Promise<void> {
  const patience = { timeout: 240_000 }
  await page.waitForFunction(
    () => globalThis.videmoTest?.transcripts().some(({ figures }) => figures) === true,
    undefined,
    patience,
  )
  await page
    .getByRole('region', { name: 'Now' })
    .getByText(/^Appears /)
    .waitFor(patience)
}

/** Fewer levels a channel: a good third of the bytes less, and hardly to be seen. */
function smaller(png: Buffer): Buffer {
  const image = PNG.sync.read(png)
  for (let i = 0; i < image.data.length; i++) image.data[i] = Math.min(255, Math.round(image.data[i] / 6) * 6)
  return PNG.sync.write(image, { colorType: 2, deflateLevel: 9 })
}

async function shootPage(browser: Browser): Promise<void> {
  await import('./prepare.ts')
  await mkdir(review, { recursive: true })
  // With the doors of tests, so not where the published page lies.
  const outDir = join(root, '.cache/screenshots/page')
  await build({ logLevel: 'warn', mode: 'tests', build: { outDir, emptyOutDir: true } })
  const server = await preview({ build: { outDir }, preview: { port: 0 } })
  try {
    for (const { name, ...options } of looks) {
      const page = await browser.newPage({ ...options, reducedMotion: 'reduce' })
      await page.goto(`${server.resolvedUrls?.local[0]}?test&auto`)
      await page.getByText('This small model reads drawn faces').waitFor()
      await page.screenshot({ path: join(review, `${name}-first.png`), fullPage: true })
      await seeRead(page)
      await page.screenshot({ path: join(review, `${name}-read.png`), fullPage: true })
      if (name === 'light') {
        await page.setViewportSize(readme)
        await writeFile(join(root, 'docs/screenshot.png'), smaller(await page.screenshot()))
        await page.setViewportSize(wide)
      }
      await page.close()
    }
  } finally {
    await server.close()
  }
}

interface StoryOptions {
  readonly names: readonly string[]
  readonly looks: readonly Look[]
  readonly folder: string
  readonly withAxe: boolean
}

/** Gives what axe and a look at the width found. */
async function shootStories(browser: Browser, { names, looks, folder, withAxe }: StoryOptions): Promise<string[]> {
  await mkdir(folder, { recursive: true })
  const server = await createServer({ root, logLevel: 'warn', server: { port: 0, hmr: false, watch: null } })
  await server.listen()
  const found: string[] = []
  try {
    for (const { name: look, ...options } of looks) {
      const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
      const page = await context.newPage()
      let name = ''
      page.on('pageerror', (error) => found.push(`${name} ${look}: ${error}`))
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) found.push(`${name} ${look}: ${message.text()}`)
      })
      await page.goto(`${server.resolvedUrls?.local[0]}src/app/testing/stories.html`)
      await page.waitForFunction(() => globalThis.tellStory !== undefined)
      // A picture of the whole page has no bottom for the footer to stick to.
      await page.addStyleTag({ content: 'footer, footer > div { position: static !important }' })
      for (name of names) {
        if (!(await page.evaluate((told) => globalThis.tellStory?.(told), name))) throw new Error(`no story ${name}`)
        // The tree follows the text at its own pace.
        await page.waitForTimeout(500)
        await page.waitForFunction(() =>
          [...document.querySelectorAll('video')].every((video) => video.readyState >= 2),
        )
        const isDialog = (await page.getByRole('dialog').or(page.getByRole('alertdialog')).count()) > 0
        await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: !isDialog })
        const { scrollWidth, clientWidth } = await page.evaluate(() => {
          const { scrollWidth, clientWidth } = document.documentElement
          return { scrollWidth, clientWidth }
        })
        if (scrollWidth > clientWidth) found.push(`${name} ${look}: ${scrollWidth} px wide in ${clientWidth}`)
        if (withAxe) {
          const { violations } = await new AxeBuilder({ page }).analyze()
          for (const { id, impact, nodes } of violations) {
            if (impact !== 'serious' && impact !== 'critical') continue
            found.push(`${name} ${look}: ${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`)
          }
        }
      }
      await context.close()
    }
  } finally {
    await server.close()
  }
  return found
}

process.chdir(root)
const [command, ...rest] = process.argv.slice(2)
const flags = new Set(rest.filter((word) => word.startsWith('--')))
const wanted = rest.filter((word) => !word.startsWith('--'))
const executablePath = findChromium()
const browser = await chromium.launch({
  args: [...chromiumArgs, quickShadersFlag, ...webgpuArgs],
  ...(executablePath ? { executablePath } : {}),
})
try {
  if (command === undefined) await shootPage(browser)
  else if (command === 'stories') {
    const isForDocs = flags.has('--docs')
    const found = await shootStories(browser, {
      names: wanted.length > 0 ? wanted : isForDocs ? mainStories : Object.keys(stories),
      looks: isForDocs ? looks : [...looks, ...(flags.has('--all') ? moreLooks : [])],
      folder: isForDocs ? join(root, 'docs/screenshots') : join(review, 'stories'),
      withAxe: flags.has('--axe'),
    })
    for (const line of found) console.error(line)
    if (found.length > 0) process.exitCode = 1
  } else throw new Error(`screenshots: unknown command ${command}`)
} finally {
  await browser.close()
}
