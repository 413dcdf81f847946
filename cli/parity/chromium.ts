import { createReadStream } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { createServer, type Plugin } from 'vite'
import { chromiumArgs, findChromium, webgpuArgs } from '../../scripts/find-chromium.ts'
import { EngineError, fromWire } from '../../src/errors.ts'
import type { ChromiumJob } from './chromium-page.ts'
import type { ReplayJob, ReplayOutcome } from './runners.ts'
import { decodeResult, type WireOutcome } from './wire.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Runs a job on the WebGPU provider in headless Chromium, with a server of its own. */
export async function runInChromium(job: ReplayJob): Promise<ReplayOutcome> {
  const server = await createServer({
    root,
    logLevel: 'error',
    plugins: [serveJob(job)],
    server: { host: '127.0.0.1', port: 0, hmr: false },
  })
  const executablePath = findChromium()
  const browser = await chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    args: [...chromiumArgs, ...webgpuArgs],
  })
  try {
    await server.listen()
    const address = server.resolvedUrls?.local[0] ?? ''
    const page = await browser.newPage()
    const said: string[] = []
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (error) => said.push(String(error)))
    await page.goto(`${address}cli/parity/chromium.html`)
    await page
      .waitForFunction(() => 'outcome' in window, undefined, { timeout: 60_000 })
      .catch((cause) => {
        throw new EngineError({
          code: 'child-died',
          message: `The page did not start: ${said.join('\n')}`,
          action: 'Report this with the message.',
          cause,
        })
      })
    const outcome: WireOutcome = await page.evaluate(() => window.outcome)
    if (outcome.kind === 'error') throw fromWire(outcome.error)
    return { adapter: outcome.adapter, result: decodeResult(outcome) }
  } finally {
    await browser.close()
    await server.close()
  }
}

/** Serves the request, the pixels and the bundle below /job. */
function serveJob({ bundle, pixelValues, request, forbidCpuFallback }: ReplayJob): Plugin {
  const job: ChromiumJob = { request, forbidCpuFallback: forbidCpuFallback ?? false }
  const respond = (incoming: IncomingMessage, response: ServerResponse, next: () => void) => {
    const path = normalize((incoming.url ?? '').split('?')[0])
    if (path === '/request.json') response.end(JSON.stringify(job))
    else if (path === '/pixels') {
      response.end(new Uint8Array(pixelValues.buffer, pixelValues.byteOffset, pixelValues.byteLength))
    } else if (path.startsWith('/bundle/') && !path.includes('..')) {
      const stream = createReadStream(join(bundle, path.slice('/bundle/'.length)))
      stream.on('error', () => {
        response.statusCode = 404
        response.end()
      })
      stream.pipe(response)
    } else next()
  }
  return {
    name: 'serve-job',
    configureServer: (server) => {
      server.middlewares.use('/job', respond)
    },
  }
}
