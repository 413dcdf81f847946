/**
 * Serves the built page as a plain static host would: files only, below a path that is not the root, with the headers
 * that the build's `_headers` asks for; and beside the page's own bundle that of the fixtures. `npx tsx
 * e2e/static-host.ts PORT`.
 */
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { headersFor, parseHeaders } from '../cli/serve/header-rules.ts'
import { mediaTypeOf, sendFile } from '../cli/serve/static-files.ts'
import { fixtureFolder, fixtureName } from '../scripts/fixture-bundle.ts'
import { basePath } from './base-path.ts'
import { testedBuild } from './tested-build.ts'
import { withPrelude } from './worker-prelude.ts'

/** The build under test. */
export const dist = testedBuild

export interface HostOptions {
  /** Of the built page. */
  readonly folder?: string
  /** Default: any free one. */
  readonly port?: number
  /** Sent with every file beside, or in place of, those of `_headers`. */
  readonly headers?: Readonly<Record<string, string>>
  /** Takes no notice of `_headers`, as many hosts. */
  readonly hasNoHeaders?: boolean
  /** Answers the folder's address without its slash with the page, as some hosts do, instead of a redirect. */
  readonly servesFolderAsFile?: boolean
  /** Script that every worker of the page runs before its own. */
  readonly workerPrelude?: string
  /** Sends texts gzipped, as most hosts do. */
  readonly isGzipping?: boolean
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

const zipped = new Map<string, Buffer>()

/** A script, a style or a page of the build, as a host sends it that compresses; undefined where it is none. */
async function gzippedText(folder: string, name: string): Promise<Buffer | undefined> {
  if (name.startsWith('..') || !/\.(html|js|css|svg|webmanifest)$/.test(name)) return undefined
  const path = join(folder, name)
  const known = zipped.get(path)
  if (known) return known
  const text = await readFile(path).catch(() => undefined)
  const bytes = text && gzipSync(text, { level: 6 })
  if (bytes) zipped.set(path, bytes)
  return bytes
}

/** Throws when the folder holds no build. */
export async function startStaticHost(options: HostOptions = {}): Promise<StaticHost> {
  const { folder = dist, port = 0, headers = {}, hasNoHeaders = false } = options
  const { servesFolderAsFile = false, workerPrelude, isGzipping = false } = options
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
    const sent = { ...headersFor(rules, `/${name}`), ...headers }
    const code =
      workerPrelude && isWorker.test(name)
        ? await readFile(join(folder, name), 'utf8').catch(() => undefined)
        : undefined
    const gzipped = isGzipping ? await gzippedText(folder, name) : undefined
    if (gzipped) {
      response.writeHead(200, { 'content-type': mediaTypeOf(name), 'content-encoding': 'gzip', ...sent })
      response.end(gzipped)
    } else if (workerPrelude && code !== undefined) {
      response.writeHead(200, { 'content-type': mediaTypeOf(name), ...sent })
      response.end(withPrelude(workerPrelude, code))
    } else if (name.startsWith(fixturePath)) {
      sendFile(request, response, fixtureFolder, name.slice(fixturePath.length), sent)
    } else sendFile(request, response, folder, name, sent)
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

if (process.argv[1] === fileURLToPath(import.meta.url)) await startStaticHost({ port: Number(process.argv[2]) })
