import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { preview } from 'vite'
import { faceCameraFile, fastFaceCamera } from '../fixtures/moving_face.ts'
import { chromiumArgs, findChromium } from '../scripts/find-chromium.ts'
import { buildPage, pageFolder } from './long-tasks.ts'

/** What is in front of the camera and beside it. */
export interface LiveCase {
  readonly name: string
  readonly seconds: number
  /** Frames in which faces were measured, each second. */
  readonly measuredPerS: number
  /** Animation frames of the page, each second; a screen would show 60. */
  readonly animationFramesPerS: number
  /** Share of those that a page without anything to do has on this machine, and this one has not. */
  readonly droppedShare: number
  /** Updates of the embedded model's reading. */
  readonly updates: number
}

export interface FacesLiveReport {
  readonly cores: number
  /** Processes that wanted a core in the minute before, on average: other work than this. */
  readonly loadBefore: number
  /** Animation frames of an empty page, each second. */
  readonly idlePerS: number
  readonly cases: readonly LiveCase[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
/** Without an adapter the embedded model computes on the processor, as on a visitor's machine without a GPU. */
const withoutAdapter = '--disable-gpu'

/**
 * A face before a camera of 640 x 480 at 30 frames a second, for `seconds` each: followed by nobody, followed without a
 * model, and followed while the embedded model reads it, in the page as it is built.
 */
export async function measureFacesLive(seconds: number, onProgress: (text: string) => void): Promise<FacesLiveReport> {
  const [loadBefore] = loadavg()
  onProgress('builds the page')
  buildPage()
  const server = await preview({
    root,
    logLevel: 'error',
    build: { outDir: pageFolder },
    preview: { host: '127.0.0.1', port: 0 },
  })
  const address = `${server.resolvedUrls?.local[0] ?? ''}?test&tokens=256`
  const executablePath = findChromium()
  const camera = `--use-file-for-fake-video-capture=${await faceCameraFile(fastFaceCamera)}`
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [
      ...chromiumArgs,
      withoutAdapter,
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      camera,
    ],
  })
  try {
    const idlePerS = await emptyPage(browser, seconds)
    const cases: LiveCase[] = []
    for (const each of [
      { name: 'camera shown, nobody followed', withoutModel: true, withoutFaces: true },
      { name: 'one face followed', withoutModel: true },
      { name: 'one face followed and read by the embedded model', withoutModel: false },
    ]) {
      onProgress(each.name)
      cases.push(await measure(browser, address, seconds, idlePerS, each))
    }
    return { cores: cpus().length, loadBefore, idlePerS, cases }
  } finally {
    await browser.close()
    await server.close()
  }
}

interface CaseChoice {
  readonly name: string
  readonly withoutModel: boolean
  readonly withoutFaces?: boolean
}

async function measure(
  browser: Browser,
  address: string,
  seconds: number,
  idlePerS: number,
  { name, withoutModel, withoutFaces = false }: CaseChoice,
): Promise<LiveCase> {
  const context = await browser.newContext({ permissions: ['camera'], serviceWorkers: 'block' })
  await context.addInitScript(() => localStorage.setItem('videmo-camera-consent', 'given'))
  const page = await context.newPage()
  // A model that is on its way for ever.
  if (withoutModel) await page.route('**/models/videmo-tiny/**', () => undefined)
  if (withoutFaces) await page.route('**/models/faces/**', (route) => route.abort())
  await page.goto(address)
  await page.getByRole('button', { name: 'Use my camera' }).click({ timeout: 120_000 })
  await page.waitForFunction(
    ([isFollowed, isRead]) => {
      const faces = globalThis.videmoTest?.faces()
      const isReady = isFollowed ? (faces?.latest?.faces.length ?? 0) > 0 : faces?.state.status.state === 'failed'
      const isAsked = globalThis.videmoTest?.transcripts().some(({ figures }) => figures) === true
      return isReady && (isAsked || !isRead)
    },
    [!withoutFaces, !withoutModel] as const,
    { timeout: 600_000 },
  )
  const before = await counts(page)
  const animationFramesPerS = await animationFrames(page, seconds)
  const after = await counts(page)
  await context.close()
  const spanS = (after.atMs - before.atMs) / 1000
  return {
    name,
    seconds: spanS,
    measuredPerS: (after.moments - before.moments) / spanS,
    animationFramesPerS,
    droppedShare: Math.max(0, 1 - animationFramesPerS / idlePerS),
    updates: after.updates - before.updates,
  }
}

async function emptyPage(browser: Browser, seconds: number): Promise<number> {
  const page = await browser.newPage()
  await page.setContent('<p>.</p>')
  const perS = await animationFrames(page, Math.min(5, seconds))
  await page.close()
  return perS
}

function counts(page: Page) {
  return page.evaluate(() => ({
    atMs: performance.now(),
    moments: globalThis.videmoTest?.faces().moments ?? 0,
    updates: globalThis.videmoTest?.transcripts().filter(({ figures }) => figures).length ?? 0,
  }))
}

/** Each second, over so many of them. As text, because functions that are compiled here call helpers that the page lacks. */
function animationFrames(page: Page, seconds: number): Promise<number> {
  return page.evaluate(`new Promise((resolve) => {
    const startMs = performance.now()
    let frames = 0
    const count = () => {
      const passedMs = performance.now() - startMs
      if (passedMs >= ${seconds * 1000}) resolve((frames * 1000) / passedMs)
      else requestAnimationFrame(count, frames++)
    }
    requestAnimationFrame(count)
  })`)
}

/** Side by side, one case a line. */
export function facesLiveText({ cores, loadBefore, idlePerS, cases }: FacesLiveReport): string {
  const lines = cases.map(({ name, measuredPerS, animationFramesPerS, droppedShare, updates }) => {
    const dropped = `${(droppedShare * 100).toFixed(0)} %`
    return `| ${name} | ${measuredPerS.toFixed(1)} | ${animationFramesPerS.toFixed(1)} | ${dropped} | ${updates} |`
  })
  const head = `${cores} cores, load before ${loadBefore.toFixed(1)}; an empty page has ${idlePerS.toFixed(1)} animation frames a second.`
  return [
    head,
    '',
    '| 640 x 480 at 30 a second | measured a second | animation frames a second | dropped | updates read |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n')
}
