/**
 * Serves the built page as a plain static host would: files only, below a path that is not the root, with a content
 * policy that a careful host sends along; and beside the page's own bundle that of the fixtures. `npx tsx
 * e2e/static-host.ts PORT`; E2E_DIST names another folder than dist.
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fixtureFolder, fixtureName } from '../scripts/fixture-bundle.ts'
import { basePath } from './base-path.ts'

const dist = process.env.E2E_DIST ?? fileURLToPath(new URL('../dist', import.meta.url))
const fixturePath = join('models', fixtureName, '/')
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
}

/** Nothing inline, no `eval`; from elsewhere only weights, which a person may fetch from a host of their choice. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self' https: http://127.0.0.1:*",
  "style-src 'self'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "manifest-src 'self'",
].join('; ')

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname)
  const name = path.startsWith(basePath) ? normalize(path.slice(basePath.length) || 'index.html') : '..'
  const file = name.startsWith(fixturePath) ? join(fixtureFolder, name.slice(fixturePath.length)) : join(dist, name)
  const isFile = !name.startsWith('..') && (await stat(file).catch(() => undefined))?.isFile()
  response.writeHead(isFile ? 200 : 404, {
    'content-type': types[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': policy,
  })
  if (isFile) createReadStream(file).pipe(response)
  else response.end()
})
server.listen(Number(process.argv[2]), '127.0.0.1')
