import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test as base, expect } from './page.ts'

const dist = fileURLToPath(new URL('../dist', import.meta.url))
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
}
/** Nothing from elsewhere, nothing inline, no `eval`: what a careful host sends along. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self' blob:",
  "manifest-src 'self'",
].join('; ')

async function serve(): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname
    const name = path.startsWith('/some/where/') ? path.slice('/some/where/'.length) || 'index.html' : undefined
    const body = name === undefined ? undefined : await readFile(join(dist, name)).catch(() => undefined)
    response.writeHead(body ? 200 : 404, {
      'content-type': types[extname(name ?? '')] ?? 'application/octet-stream',
      'content-security-policy': policy,
    })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

const test = base.extend<object, { readonly host: string }>({
  host: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
    async ({}, use) => {
      const server = await serve()
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/some/where/`)
      server.closeAllConnections()
      server.close()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ host }, use) => use(host),
})

test('the built page reads a video below any path of a static host, under a strict policy', async ({ reader }) => {
  await reader.open('test&tokens=2')
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
  await expect(reader.answer('Emotion')).toContainText('first token')
})
