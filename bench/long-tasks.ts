import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { preview } from 'vite'
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
  /** From the choice of a clip to the end of its reading; the model is made ready in that time. */
  readonly reading: TaskFigures
  /** While the face that the page draws is watched, once the first reading of it is whole. */
  readonly live: TaskFigures
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
/** Where the page for measurements is built. */
export const pageFolder = fileURLToPath(new URL('../.cache/bench/page', import.meta.url))

const liveMs = 30_000

/** Builds the page as it is published, with the doors that tests use, and has it read the sample clip and the drawn face, `tokens` at most an answer. */
export async function measureLongTasks(tokens: number): Promise<LongTasks> {
  buildPage()
  const server = await preview({
    root,
    logLevel: 'error',
    build: { outDir: pageFolder },
    preview: { host: '127.0.0.1', port: 0 },
  })
  const address = `${server.resolvedUrls?.local[0] ?? ''}?test&tokens=${tokens}`
  const executablePath = findChromium()
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [...chromiumArgs, ...webgpuArgs],
  })
  try {
    return { ...(await readClip(browser, address)), live: await watchFace(browser, address) }
  } finally {
    await browser.close()
    await server.close()
  }
}

/** In a process of its own: a Vite server of this one has set NODE_ENV, and React would be the slow one of development. */
export function buildPage(): void {
  const { status, stderr } = spawnSync(
    'npx',
    ['vite', 'build', '--mode', 'tests', '--logLevel', 'error', '--outDir', pageFolder, '--emptyOutDir'],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } },
  )
  if (status !== 0) throw new Error(`The page was not built: ${stderr}`)
}

async function readClip(browser: Browser, address: string): Promise<Pick<LongTasks, 'loading' | 'reading'>> {
  const page = await openPage(browser, address)
  const choice = page.getByRole('button', { name: 'Try the sample clip' })
  await choice.waitFor({ timeout: 300_000 })
  const loadedMs = await now(page)
  await choice.click()
  await page.getByRole('status').getByText('The reading is complete.').waitFor({ timeout: 900_000 })
  const figures = {
    loading: figuresOf(await tasksOf(page), 0, loadedMs),
    reading: figuresOf(await tasksOf(page), loadedMs, await now(page)),
  }
  await page.close()
  return figures
}

async function watchFace(browser: Browser, address: string): Promise<TaskFigures> {
  const page = await openPage(browser, address)
  await page.getByRole('button', { name: 'Try the drawn face' }).click({ timeout: 300_000 })
  await page.waitForFunction(
    () => globalThis.videmoTest?.transcripts().some(({ figures }) => figures) === true,
    undefined,
    { timeout: 900_000 },
  )
  const sinceMs = await now(page)
  await page.waitForTimeout(liveMs)
  return figuresOf(await tasksOf(page), sinceMs, await now(page))
}

async function openPage(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage()
  await page.addInitScript(() => {
    window.longTasks = []
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        window.longTasks.push({ startMs: startTime, ms: duration })
      }
    }).observe({ type: 'longtask', buffered: true })
  })
  await page.goto(address)
  return page
}

function tasksOf(page: Page): Promise<Task[]> {
  return page.evaluate(() => window.longTasks)
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
