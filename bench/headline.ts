/**
 * How soon the page's headline follows a face before the camera: plays a clip in a loop as Chromium's fake camera, in the
 * page as it is built, with the embedded model on the processor.
 *
 *     npx tsx bench/headline.ts CLIP [SECONDS]
 *
 * Needs ffmpeg. Prints when the face was measured and read first, and for every smile (AU12 rises over 0.5 from under 0.2)
 * how long it took until the headline said *happy*.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright'
import { preview } from 'vite'
import { chromiumArgs, findChromium } from '../scripts/find-chromium.ts'
import { buildPage, pageFolder } from './long-tasks.ts'

interface Look {
  readonly ms: number
  readonly headline: string | undefined
  readonly AU12: number | undefined
}

const [clip, seconds = '30'] = process.argv.slice(2)
if (!clip) throw new Error('Name a clip: npx tsx bench/headline.ts CLIP [SECONDS]')

const folder = await mkdtemp(join(tmpdir(), 'videmo-headline-'))
const camera = join(folder, 'camera.y4m')
await promisify(execFile)('ffmpeg', ['-v', 'error', '-i', clip, '-pix_fmt', 'yuv420p', '-r', '25', camera])
buildPage()
const server = await preview({
  root: fileURLToPath(new URL('..', import.meta.url)),
  logLevel: 'error',
  build: { outDir: pageFolder },
  preview: { host: '127.0.0.1', port: 0 },
})
const executablePath = findChromium()
const browser = await chromium.launch({
  ...(executablePath ? { executablePath } : {}),
  args: [
    ...chromiumArgs,
    '--disable-gpu',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-video-capture=${camera}`,
  ],
})
try {
  const context = await browser.newContext({ permissions: ['camera'], serviceWorkers: 'block' })
  const page = await context.newPage()
  await page.goto(`${server.resolvedUrls?.local[0] ?? ''}?test`)
  await page.getByText('check: exact').waitFor({ timeout: 120_000 })
  await page.getByRole('button', { name: 'Use my camera' }).click()
  // So long at least a person reads what is asked; the networks load meanwhile.
  await page.waitForTimeout(2000)
  await page.getByRole('button', { name: 'I agree, use my camera' }).click()
  const startMs = performance.now()
  const looks: Look[] = []
  while (performance.now() - startMs < 1000 * Number(seconds)) {
    const look = await page.evaluate(() => ({
      headline: /^Appears (\w+)/m.exec(document.body.innerText)?.[1],
      AU12: globalThis.videmoTest?.faces().latest?.faces[0]?.measured.units.AU12,
    }))
    looks.push({ ...look, ms: performance.now() - startMs })
    await page.waitForTimeout(50)
  }
  report(looks)
} finally {
  await browser.close()
  await server.close()
  await rm(folder, { recursive: true })
}

function report(looks: readonly Look[]): void {
  const firstMeasured = looks.find(({ AU12 }) => AU12 !== undefined)
  const firstRead = firstMeasured && looks.find(({ ms, headline }) => ms >= firstMeasured.ms && headline !== undefined)
  console.log(`From the consent on: measured after ${secondsOf(firstMeasured)}, read after ${secondsOf(firstRead)}`)
  const delays: number[] = []
  let isRested = true
  for (const [index, { ms, AU12 = 0 }] of looks.entries()) {
    if (AU12 < 0.2) isRested = true
    if (AU12 <= 0.5 || !isRested) continue
    isRested = false
    const happy = looks.slice(index).find(({ headline }) => headline === 'happy')
    if (happy) delays.push((happy.ms - ms) / 1000)
    console.log(
      `smile at ${(ms / 1000).toFixed(1)} s: happy after ${happy ? ((happy.ms - ms) / 1000).toFixed(1) : '-'} s`,
    )
  }
  const said = [...new Set(looks.flatMap(({ headline }) => headline ?? []))]
  console.log(
    `Smiles: ${delays.length}; longest wait ${Math.max(...delays).toFixed(1)} s; headlines: ${said.join(', ')}`,
  )
}

function secondsOf(look: Look | undefined): string {
  return look ? `${(look.ms / 1000).toFixed(1)} s` : 'never'
}
