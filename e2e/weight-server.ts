import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { fixtureFolder } from '../scripts/fixture-bundle.ts'

/** What becomes of a file on its way out. */
export type Change = (bytes: Buffer) => Buffer

/** A host of weights on another origin, whose files can be damaged, held back, or gone. */
export class WeightServer {
  /** Paths that were asked for, in order. */
  readonly requests: string[] = []
  private readonly changes = new Map<string, Change>()
  private held: { readonly wait: Promise<void>; readonly open: () => void } | undefined

  private constructor(private readonly server: Server) {}

  static async start(): Promise<WeightServer> {
    const server = createServer()
    const host = new WeightServer(server)
    server.on('request', async (request, response) => {
      const path = normalize(new URL(request.url ?? '/', 'http://x').pathname).slice(1)
      host.requests.push(path)
      if (path !== 'manifest.json') await host.held?.wait
      const body = await readFile(join(fixtureFolder, path)).catch(() => undefined)
      response.writeHead(body ? 200 : 404, { 'access-control-allow-origin': '*', 'cache-control': 'no-store' })
      const own = body && path === 'manifest.json' ? host.ownManifest(body) : body
      response.end(own && (host.changes.get(path)?.(own) ?? own))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return host
  }

  /** The page keeps bundles by their manifests: this one must not be the one it has already. */
  private ownManifest(bytes: Buffer): Buffer {
    const manifest = JSON.parse(bytes.toString())
    return Buffer.from(JSON.stringify({ ...manifest, source: { ...manifest.source, revision: this.origin } }))
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  get url(): string {
    return `${this.origin}/`
  }

  change(path: string, change: Change | undefined): void {
    if (change) this.changes.set(path, change)
    else this.changes.delete(path)
  }

  /** Answers nothing but the manifest until it is released. */
  hold(): void {
    let open: () => void = () => undefined
    const wait = new Promise<void>((resolve) => {
      open = resolve
    })
    this.held = { wait, open }
  }

  release(): void {
    this.held?.open()
    this.held = undefined
  }

  close(): void {
    this.release()
    this.server.closeAllConnections()
    this.server.close()
  }
}
