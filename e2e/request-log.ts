/**
 * Where every request of every test went. Twice over: each context's requests as the browser reports them, workers'
 * included; and a proxy, which gets whatever in the browser asks for another machine, reported or not.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, Request } from '@playwright/test'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.cache', 'requests')
const summary = join(root, 'test-results', 'requests.json')

/** Of one browser's tests, or of all. */
export interface RequestCounts {
  /** Of the page's own host. */
  readonly own: number
  /** Of hosts that a test has set up, as a host of weights or of the page. */
  readonly chosen: number
  /** Addresses elsewhere. */
  readonly foreign: readonly string[]
}

/** What Chromium asks for on its own account, with no page open and whatever its flags; it gets no answer. */
const browserHosts: ReadonlySet<string> = new Set([
  'accounts.google.com',
  'clients2.google.com',
  'content-autofill.googleapis.com',
  'edgedl.me.gvt1.com',
  'optimizationguide-pa.googleapis.com',
  'redirector.gvt1.com',
  'safebrowsing.googleapis.com',
  'safebrowsingohttpgateway.googleapis.com',
  'update.googleapis.com',
])

/** What one browser asked for. */
export class RequestLog {
  private counts: RequestCounts = { own: 0, chosen: 0, foreign: [] }

  /** @param ownOrigin of the page under test */
  constructor(private readonly ownOrigin: string) {}

  watchBrowser(browser: Browser): void {
    for (const context of browser.contexts()) this.watchContext(context)
    browser.on('context', (context) => this.watchContext(context))
  }

  get foreign(): readonly string[] {
    return this.counts.foreign
  }

  /** Leaves the counts where `sumOfRequests` finds them. */
  save(name: string): void {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(this.counts))
  }

  private watchContext(context: BrowserContext): void {
    context.on('request', (request: Request) => {
      const { protocol, origin, hostname } = new URL(request.url())
      if (['blob:', 'data:', 'file:'].includes(protocol)) return
      const { own, chosen, foreign } = this.counts
      if (origin === this.ownOrigin) this.counts = { own: own + 1, chosen, foreign }
      else if (hostname === '127.0.0.1') this.counts = { own, chosen: chosen + 1, foreign }
      else this.counts = { own, chosen, foreign: [...foreign, request.url()] }
    })
  }
}

export function forgetRequests(): void {
  rmSync(folder, { recursive: true, force: true })
}

/**
 * Of all browsers; also written to `test-results/requests.json`.
 *
 * @param asked of the door: what a page asks for counts, and so does what the browser is not known to ask for itself
 */
export function sumOfRequests(asked: readonly string[]): RequestCounts & { readonly browsersOwn: number } {
  const all = safeList().map((name): RequestCounts => JSON.parse(readFileSync(join(folder, name), 'utf8')))
  const strangers = asked.filter((address) => !browserHosts.has(hostOf(address)))
  const sum = {
    own: all.reduce((total, { own }) => total + own, 0),
    chosen: all.reduce((total, { chosen }) => total + chosen, 0),
    foreign: [...all.flatMap(({ foreign }) => foreign), ...strangers],
    browsersOwn: asked.length - strangers.length,
  }
  mkdirSync(join(root, 'test-results'), { recursive: true })
  writeFileSync(summary, `${JSON.stringify(sum, null, 2)}\n`)
  return sum
}

function hostOf(address: string): string {
  return URL.canParse(address) ? new URL(address).hostname : address
}

function safeList(): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

/** A proxy that lets nobody through, and remembers who wanted to go where. Browsers do not use one for this machine. */
export class ClosedDoor {
  readonly asked: string[] = []
  private readonly server: Server = createServer((request, response) => {
    this.asked.push(request.url ?? '')
    response.writeHead(403).end()
  }).on('connect', (request, socket) => {
    this.asked.push(`https://${request.url}`)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })

  /** At any free port where none is given; its port. */
  async open(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(port, '127.0.0.1', resolve))
    return (this.server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }
}
