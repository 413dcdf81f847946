import { stat } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright'
import { basePath } from '../e2e/base-path.ts'
import { type StaticHost, startStaticHost } from '../e2e/static-host.ts'
import { openThrottledLine } from '../e2e/throttled-line.ts'
import { chromiumArgs, findChromium } from '../scripts/find-chromium.ts'

/** A first visit over one line, on a cold cache. */
export interface FirstVisit {
  /** `line`: a line that page and workers share; `browser`: the browser's own throttling, of the page's requests alone. */
  readonly throttledBy: 'line' | 'browser'
  readonly mbitPerS: number
  /** From the navigation to the frame in which the drawn face stands on the screen. */
  readonly drawnFaceMs: number
  /** Bytes on the line by then, headers included; undefined where the browser throttles. */
  readonly bytesBefore: number | undefined
  readonly requestsBefore: number
  /** From the navigation to the first verdict that a reading gives. */
  readonly readingMs: number
}

export interface FirstVisitReport {
  readonly server: string
  readonly cores: number
  readonly loadBefore: number
  readonly visits: readonly FirstVisit[]
}

/** The slowest that a first visitor should have to wait for the drawn face, by the line's rate. */
export const drawnFaceBars: readonly { readonly mbitPerS: number; readonly ms: number }[] = [
  { mbitPerS: 5, ms: 3000 },
  { mbitPerS: 20, ms: 1500 },
]

const latencyMs = 40
const dist = process.env.E2E_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const server = `Node, HTTP/1.1 without TLS, texts gzipped (level 6), ${latencyMs} ms a round trip`

/** Opens the built page as a first visitor does, over each line, in a new browser each time. */
export async function measureFirstVisit(onProgress: (text: string) => void): Promise<FirstVisitReport> {
  await stat(join(dist, 'index.html')).catch(() => {
    throw new Error('There is no built page: run `npm run build` first.')
  })
  const [loadBefore] = loadavg()
  const host = await startStaticHost({ folder: dist, isGzipping: true })
  const visits: FirstVisit[] = []
  try {
    for (const throttledBy of ['line', 'browser'] as const) {
      for (const { mbitPerS } of drawnFaceBars) {
        const visit = await visitOnce(host, throttledBy, mbitPerS)
        onProgress(lineOf(visit))
        visits.push(visit)
      }
    }
  } finally {
    await host.close()
  }
  return { server, cores: cpus().length, loadBefore, visits }
}

async function visitOnce(
  host: StaticHost,
  throttledBy: FirstVisit['throttledBy'],
  mbitPerS: number,
): Promise<FirstVisit> {
  const bitsPerS = mbitPerS * 1e6
  const hostPort = Number(new URL(host.origin).port)
  const line = throttledBy === 'line' ? await openThrottledLine(hostPort, { bitsPerS, latencyMs }) : undefined
  const executablePath = findChromium()
  // Without an adapter the embedded model computes on the processor, as on a visitor's machine without a GPU.
  const args = [...chromiumArgs, '--disable-gpu']
  const browser = await chromium.launch({ args, ...(executablePath ? { executablePath } : {}) })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    const requestsAtFirst = host.requests.length
    // What runs this command marks named functions by this one, which a page lacks.
    await page.addInitScript('globalThis.__name = (target) => target')
    await page.addInitScript(noteDrawnFace)
    if (!line) {
      const devtools = await page.context().newCDPSession(page)
      const bytesPerS = bitsPerS / 8
      await devtools.send('Network.enable')
      await devtools.send('Network.emulateNetworkConditions', {
        offline: false,
        latency: latencyMs,
        downloadThroughput: bytesPerS,
        uploadThroughput: bytesPerS,
      })
    }
    let bytesBefore: number | undefined
    let requestsBefore = 0
    await page.exposeFunction('tellDrawnFace', () => {
      bytesBefore = line?.bytes
      requestsBefore = host.requests.length - requestsAtFirst
    })
    const address = `http://127.0.0.1:${line?.port ?? hostPort}${basePath}`
    await page.goto(address, { waitUntil: 'commit', timeout: 60_000 })
    const drawnFaceMs = await timeOf(page, () => globalThis.drawnFaceMs)
    const readingMs = await timeOf(page, () =>
      /Appears \w/.test(document.querySelector('main')?.textContent ?? '') ? performance.now() : undefined,
    )
    return { throttledBy, mbitPerS, drawnFaceMs, bytesBefore, requestsBefore, readingMs }
  } finally {
    await browser.close()
    await line?.close()
  }
}

declare global {
  /** When the drawn face stood on the screen, ms after the navigation. */
  var drawnFaceMs: number | undefined
  var tellDrawnFace: () => void
}

/** Runs in the page: looks in every frame whether a canvas of some size shows more than one color. */
function noteDrawnFace(): void {
  const look = () => {
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>('canvas[role=img]')) {
      const { width, height } = canvas.getBoundingClientRect()
      if (width < 100 || height < 100 || !canvas.checkVisibility()) continue
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
      const colors = new Set<number>()
      for (let i = 0; i < data.length && colors.size < 50; i += 404) {
        colors.add(65_536 * data[i] + 256 * data[i + 1] + data[i + 2])
      }
      if (colors.size < 50) continue
      // The frame that is being made shows it; the next one begins after it.
      requestAnimationFrame(() => {
        globalThis.drawnFaceMs = performance.now()
        globalThis.tellDrawnFace()
      })
      return
    }
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}

async function timeOf(page: Page, time: () => number | undefined): Promise<number> {
  const handle = await page.waitForFunction(time, undefined, { timeout: 300_000, polling: 100 })
  return (await handle.jsonValue()) ?? Number.NaN
}

function lineOf({ throttledBy, mbitPerS, drawnFaceMs, bytesBefore, requestsBefore, readingMs }: FirstVisit): string {
  const bar = drawnFaceBars.find((each) => each.mbitPerS === mbitPerS)?.ms ?? 0
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`
  const bytes = bytesBefore === undefined ? '' : `${(bytesBefore / 1e3).toFixed(0)} kB and `
  return `${drawnFaceMs < bar ? 'within' : 'ABOVE'} ${seconds(bar)}: the drawn face after ${seconds(drawnFaceMs)}, ${bytes}${requestsBefore} requests; the first reading after ${seconds(readingMs)} (${mbitPerS} Mbit/s, by the ${throttledBy})`
}

export function firstVisitText({ server, cores, loadBefore, visits }: FirstVisitReport): string {
  const machine = `${cores} cores, ${loadBefore.toFixed(1)} processes on average before; no GPU`
  return [...visits.map(lineOf), `${server}; ${machine}`].join('\n')
}
