import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright'
import { chromiumArgs, featuresFlag, findChromium, quickShadersFlag, webgpuArgs } from '../scripts/find-chromium.ts'
import { EngineError } from '../src/base/errors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What a page of the project can fetch below `/job/`: bytes by name, and folders. */
export interface Served {
  readonly files: Readonly<Record<string, Uint8Array | string>>
  readonly folders: Readonly<Record<string, string>>
}

/** Asked of the browser beyond the usual. */
export interface ChromiumOptions {
  /** More flags. */
  readonly args?: readonly string[]
  /** Leaves out the flags that give it an adapter for WebGPU. */
  readonly withoutAdapter?: boolean
  /** Where WebGPU computes (default: `software`). */
  readonly adapter?: 'software' | 'hardware-first'
  /** Shaders are made as in any visitor's Chromium: for what is timed. */
  readonly asVisitors?: boolean
  /** Of `withChromiumPage`: ends page, browser and server, with its reason as the error; an interrupt (Ctrl+C) is then the caller's. */
  readonly signal?: AbortSignal
}

/**
 * Lets headless Chromium at the machine's GPU: Linux wants Vulkan for it, other systems take no notice. Where there is
 * none, Chromium falls back to its software adapter by itself.
 */
const hardwareArgs: readonly string[] = [
  '--enable-unsafe-webgpu',
  featuresFlag('Vulkan'),
  '--use-angle=vulkan',
  '--disable-vulkan-surface',
]

/** Headless Chromium with WebGPU, and a server of the project's pages for it. */
export interface ChromiumHost {
  /**
   * Opens a page of this project, with a store and permissions of its own, and waits until it has set
   * `window.outcome`. Throws EngineError `child-died` when it never does.
   */
  open(path: string): Promise<Page>
  close(): Promise<void>
}

/** Starts both. Throws EngineError `no-browser`. */
export async function startChromium(served: Served, options: ChromiumOptions = {}): Promise<ChromiumHost> {
  // Late, because it takes half a second to start: what is wrong with a command is said before.
  const { createServer } = await import('vite')
  const server = await createServer({
    root,
    logLevel: 'error',
    plugins: [
      {
        name: 'serve-job',
        configureServer: ({ middlewares }) => {
          middlewares.use('/job', (incoming, response, next) => respond(served, incoming, response, next))
        },
      },
    ],
    server: { host: '127.0.0.1', port: 0, hmr: false },
  })
  const [launched, listening] = await Promise.allSettled([launch(options), server.listen()])
  const close = async () => {
    if (launched.status === 'fulfilled') await launched.value.close()
    await server.close()
  }
  if (launched.status === 'rejected') {
    await close()
    throw launched.reason
  }
  if (listening.status === 'rejected') {
    await close()
    throw listening.reason
  }
  const open = async (path: string) => {
    const page = await launched.value.newPage()
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(String(error)))
    await page.goto(`${server.resolvedUrls?.local[0] ?? ''}${path}`)
    await page
      .waitForFunction(() => 'outcome' in window, undefined, { timeout: 60_000 })
      .catch((cause) => {
        throw new EngineError({
          code: 'child-died',
          message: `${path} did not start: ${said.join('\n')}`,
          action: 'Report this with the message.',
          cause,
        })
      })
    return page
  }
  return { open, close }
}

/**
 * Opens a page as `ChromiumHost.open` and hands it to `use`; server and browser end with it.
 * Throws EngineError `child-died`, `no-browser`.
 */
export async function withChromiumPage<T>(
  path: string,
  served: Served,
  use: (page: Page) => Promise<T>,
  options: ChromiumOptions = {},
): Promise<T> {
  const started = startChromium(served, options)
  const run = async (): Promise<T> => use(await (await started).open(path))
  try {
    return await (options.signal ? Promise.race([run(), aborted(options.signal)]) : run())
  } finally {
    const [host] = await Promise.allSettled([started])
    if (host.status === 'fulfilled') await host.value.close()
  }
}

async function launch({ args = [], withoutAdapter, adapter, asVisitors, signal }: ChromiumOptions): Promise<Browser> {
  const executablePath = findChromium()
  const forAdapter = adapter === 'hardware-first' ? hardwareArgs : webgpuArgs
  try {
    const { chromium } = await import('playwright')
    return await chromium.launch({
      ...(executablePath ? { executablePath } : {}),
      args: [
        ...chromiumArgs,
        ...(asVisitors ? [] : [quickShadersFlag]),
        ...(withoutAdapter ? [] : forAdapter),
        ...args,
      ],
      handleSIGINT: signal === undefined,
    })
  } catch (cause) {
    throw new EngineError({
      code: 'no-browser',
      message: `Chromium did not start: ${cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)}`,
      action: 'Install Chromium, or name the program in the environment variable CHROMIUM_PATH.',
      cause,
    })
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

function respond(served: Served, incoming: IncomingMessage, response: ServerResponse, next: () => void): void {
  const path = normalize((incoming.url ?? '').split('?')[0]).slice(1)
  const file = served.files[path]
  if (file !== undefined) {
    response.end(file)
    return
  }
  const folder = Object.keys(served.folders).find((name) => path.startsWith(`${name}/`))
  if (folder === undefined || path.includes('..')) {
    next()
    return
  }
  const stream = createReadStream(join(served.folders[folder], path.slice(folder.length + 1)))
  stream.on('error', () => {
    response.statusCode = 404
    response.end()
  })
  stream.pipe(response)
}
