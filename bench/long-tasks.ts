import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright'
import { build, preview } from 'vite'
import { chromiumArgs, findChromium, webgpuArgs } from '../scripts/find-chromium.ts'

/** Tasks of the main thread over 50 ms, by the Long Tasks API. */
export interface TaskFigures {
  readonly seconds: number
  readonly count: number
  readonly longestMs: number
  readonly totalMs: number
}

export interface LongTasks {
  /** From the page's start until the model can be asked. */
  readonly loading: TaskFigures
  /** From the choice of a clip to the end of its reading. */
  readonly reading: TaskFigures
}

interface Task {
  readonly startMs: number
  readonly ms: number
}

declare global {
  interface Window {
    longTasks: Task[]
  }
}

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = fileURLToPath(new URL('../.cache/bench/page', import.meta.url))

/** Builds the page as it is published, and has it read the sample clip, `tokens` at most an answer. */
export async function measureLongTasks(tokens: number): Promise<LongTasks> {
  await build({ root, logLevel: 'error', build: { outDir: folder, emptyOutDir: true } })
  const server = await preview({
    root,
    logLevel: 'error',
    build: { outDir: folder },
    preview: { host: '127.0.0.1', port: 0 },
  })
  const executablePath = findChromium()
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [...chromiumArgs, ...webgpuArgs],
  })
  try {
    const page = await browser.newPage()
    await page.addInitScript(() => {
      window.longTasks = []
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) {
          window.longTasks.push({ startMs: startTime, ms: duration })
        }
      }).observe({ type: 'longtask', buffered: true })
    })
    await page.goto(`${server.resolvedUrls?.local[0] ?? ''}?test&tokens=${tokens}`)
    const choice = page.getByRole('button', { name: 'Try the sample clip' })
    await choice.waitFor({ timeout: 300_000 })
    const loadedMs = await now(page)
    await choice.click()
    await page.getByRole('status').getByText('The reading is complete.').waitFor({ timeout: 900_000 })
    const readMs = await now(page)
    const tasks = await page.evaluate(() => window.longTasks)
    return { loading: figuresOf(tasks, 0, loadedMs), reading: figuresOf(tasks, loadedMs, readMs) }
  } finally {
    await browser.close()
    await server.close()
  }
}

/** Of the tasks that began between two moments. */
export function figuresOf(tasks: readonly Task[], fromMs: number, toMs: number): TaskFigures {
  const within = tasks.filter(({ startMs }) => startMs >= fromMs && startMs < toMs).map(({ ms }) => ms)
  return {
    seconds: (toMs - fromMs) / 1000,
    count: within.length,
    longestMs: Math.max(0, ...within),
    totalMs: within.reduce((sum, ms) => sum + ms, 0),
  }
}

function now(page: Page): Promise<number> {
  return page.evaluate(() => performance.now())
}
