import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { basename, join, resolve } from 'node:path'
import { VidemoError } from '../../src/base/errors.ts'
import { notABundle } from '../../src/bundles/bundle-errors.ts'
import { headersFor, parseHeaders } from './header-rules.ts'
import { sendFile } from './static-files.ts'

/** What `startPageServer` serves, and where. */
export interface PageServerOptions {
  /** Folder of the built page: `dist`, which has `index.html` and `_headers`. */
  readonly folder: string
  /** 0 for any free one. */
  readonly port: number
  /** Address to listen on: `127.0.0.1` for this machine alone, `0.0.0.0` for others, too. */
  readonly host: string
  /** Folder of a bundle, which the page then opens with. */
  readonly bundle?: string | undefined
}

/** A server that is running. */
export interface PageServer {
  /** Of the page, opening with the bundle where one was given. */
  readonly url: string
  /** Ends open connections, too. */
  close(): Promise<void>
}

/** Isolated from other origins, the page may share memory between threads, and computes with several without a GPU. */
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** Where the page finds the bundle that was given, beside its own files. */
const bundlePath = 'bundle/'

/**
 * Serves the built page as a static host does, with the content policy and cache times of its `_headers`.
 *
 * @throws VidemoError `no-page`, `port-busy`, `port-refused` or `no-such-host`; BundleError `not-a-bundle`
 */
export async function startPageServer({ folder, port, host, bundle }: PageServerOptions): Promise<PageServer> {
  const rules = parseHeaders(await readRules(folder))
  if (bundle !== undefined) requireBundle(bundle)
  const server = createServer((request, response) => {
    const path = pathOf(request.url)
    if (path === undefined) {
      response.writeHead(400).end()
      return
    }
    const headers = { ...isolation, ...headersFor(rules, `/${path}`) }
    if (bundle !== undefined && path.startsWith(bundlePath)) {
      sendFile(request, response, bundle, path.slice(bundlePath.length), headers)
    } else sendFile(request, response, folder, path, headers)
  })
  await listen(server, port, host)
  const { port: actual } = server.address() as AddressInfo
  return {
    url: `http://${shownHost(host)}:${actual}/${bundle === undefined ? '' : `?bundle=${bundlePath}`}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Decoded and without the first slash; `index.html` for the root; undefined for what cannot be decoded. */
function pathOf(url = '/'): string | undefined {
  try {
    return decodeURIComponent(new URL(`http://x${url}`).pathname).slice(1) || 'index.html'
  } catch {
    return undefined
  }
}

/** What a browser on this machine calls a host that stands for all of the machine's addresses. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost'
  return isIPv6(host) ? `[${host}]` : host
}

async function readRules(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, '_headers'), 'utf8')
  } catch (cause) {
    throw new VidemoError({
      code: 'no-page',
      message: `There is no built page in ${folder}.`,
      action: 'In the repository, run “npm run build” first; of an installed package, install it again.',
      subject: folder,
      cause,
    })
  }
}

function requireBundle(folder: string): void {
  if (existsSync(join(folder, 'manifest.json'))) return
  const what = existsSync(folder) ? `${folder} has no manifest.json` : `There is no folder ${folder}`
  throw notABundle(what, basename(resolve(folder)), 'Give the folder that “videmo build” made.')
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenError(cause, port, host)))
    server.listen(port, host, resolve)
  })
}

function listenError(cause: NodeJS.ErrnoException, port: number, host: string): unknown {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new VidemoError({
        code: 'port-busy',
        message: `Port ${port} of ${host} is taken by another program.`,
        action: 'Give another with --port, or --port 0 for any free one.',
        subject: String(port),
        cause,
      })
    case 'EACCES':
      return new VidemoError({
        code: 'port-refused',
        message: `There is no permission to listen on port ${port}.`,
        action: 'Give a port above 1023 with --port.',
        subject: String(port),
        cause,
      })
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new VidemoError({
        code: 'no-such-host',
        message: `${host} is no address of this machine.`,
        action: 'Leave --host out for this machine alone, or give 0.0.0.0 for all of its addresses.',
        subject: host,
        cause,
      })
    default:
      return cause
  }
}
