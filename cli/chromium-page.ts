import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright'
import { createServer } from 'vite'
import { chromiumArgs, findChromium, webgpuArgs } from '../scripts/find-chromium.ts'
import { EngineError } from '../src/errors.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What a page of the project can fetch below `/job/`: bytes by name, and folders. */
export interface Served {
  readonly files: Readonly<Record<string, Uint8Array | string>>
  readonly folders: Readonly<Record<string, string>>
}

/**
 * Opens a page of this project in headless Chromium with WebGPU and hands it to `use`; server and browser end with it.
 * The page is ready when it has set `window.outcome`. Throws EngineError `child-died` when it never does.
 */
export async function withChromiumPage<T>(path: string, served: Served, use: (page: Page) => Promise<T>): Promise<T> {
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
  const executablePath = findChromium()
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [...chromiumArgs, ...webgpuArgs],
  })
  try {
    await server.listen()
    const page = await browser.newPage()
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
    return await use(page)
  } finally {
    await browser.close()
    await server.close()
  }
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
