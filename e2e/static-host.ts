/**
 * Serves the built page as a plain static host would: files only, below a path that is not the root, with the headers
 * that the build's `_headers` asks for; and beside the page's own bundle that of the fixtures. `npx tsx
 * e2e/static-host.ts PORT`.
 */
import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fixtureFolder, fixtureName } from '../scripts/fixture-bundle.ts'
import { basePath } from './base-path.ts'
import { testedBuild } from './tested-build.ts'
import { withPrelude } from './worker-prelude.ts'

/** The build under test. */
export const dist = testedBuild

export interface HostOptions {
  /** Of the built page. */
  readonly folder?: string
  /** Any free one where unsaid. */
  readonly port?: number
  /** Sent with every file beside, or in place of, those of `_headers`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Takes no notice of `_headers`, as many hosts. */
  readonly hasNoHeaders?: boolean
  /** Answers the folder's address without its slash with the page, as some hosts do, instead of a redirect. */
  readonly servesFolderAsFile?: boolean
  /** Script that every worker of the page runs before its own. */
  readonly workerPrelude?: string
}

export interface StaticHost {
  /** Of the page. */
  readonly url: string
  readonly origin: string
  /** Paths asked for, in order, without the one that all have in common. */
  readonly requests: readonly string[]
  /** Breaks connections, too; nothing answers after. */
  close(): Promise<void>
}

const isWorker = /\.(worker|shared)-[\w-]+\.js$/
const fixturePath = join('models', fixtureName, '/')
/** Of every kind of file that a build may hold. */
export const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.gz': 'application/gzip',
  '.wasm': 'application/wasm',
  '.webm': 'video/webm',
  '.webmanifest': 'application/manifest+json',
  '.onnx': 'application/octet-stream',
  '.ts': 'text/plain',
  '.txt': 'text/plain',
  '.md': 'text/plain',
}

/** Throws when the folder holds no build. */
export async function startStaticHost(options: HostOptions = {}): Promise<StaticHost> {
  const { folder = dist, port = 0, headers = {}, hasNoHeaders = false } = options
  const { servesFolderAsFile = false, workerPrelude } = options
  const rules = hasNoHeaders ? [] : parseHeaders(await readFile(join(folder, '_headers'), 'utf8'))
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://x')
    let path = decodeURIComponent(pathname)
    if (`${path}/` === basePath) {
      if (!servesFolderAsFile) {
        response.writeHead(301, { location: `${basePath}${search}` }).end()
        return
      }
      path = basePath
    }
    const name = path.startsWith(basePath) ? normalize(path.slice(basePath.length) || 'index.html') : '..'
    requests.push(name)
    const file = name.startsWith(fixturePath) ? join(fixtureFolder, name.slice(fixturePath.length)) : join(folder, name)
    const isHidden = name.startsWith('..')
    const isFile = !isHidden && (await stat(file).catch(() => undefined))?.isFile()
    const own = rules.filter(({ covers }) => covers(`/${name}`)).flatMap((rule) => rule.headers)
    response.writeHead(isFile ? 200 : 404, {
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      ...Object.fromEntries(own),
      ...headers,
    })
    if (isFile && workerPrelude && isWorker.test(name))
      response.end(withPrelude(workerPrelude, await readFile(file, 'utf8')))
    else if (isFile) createReadStream(file).pipe(response)
    else response.end()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    url: `${origin}${basePath}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export interface HeaderRule {
  readonly covers: (path: string) => boolean
  readonly headers: readonly (readonly [string, string])[]
}

/** The format that several static hosts share: a path with `*`, and below it, indented, its headers. */
export function parseHeaders(text: string): HeaderRule[] {
  return text
    .split(/^(?=\S)/m)
    .filter((block) => block.trim())
    .map((block) => {
      const [path, ...lines] = block.trim().split('\n')
      const pattern = new RegExp(`^${path.split('*').map(escapeForPattern).join('.*')}$`)
      return {
        covers: (name) => pattern.test(name),
        headers: lines.map((line) => {
          const [, name, value] = /^\s*([\w-]+):\s*(.*)$/.exec(line) ?? []
          if (!name) throw new Error(`_headers: ${line}`)
          return [name.toLowerCase(), value] as const
        }),
      }
    })
}

function escapeForPattern(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await startStaticHost({ port: Number(process.argv[2]) })
