import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { fixtureFolder } from '../scripts/fixture-bundle.ts'
import type { Manifest } from '../src/manifest/manifest.ts'

/** What becomes of a file on its way out. */
export type Change = (bytes: Buffer) => Buffer

/** Takes over an answer; false where it leaves it alone. */
export type Interference = (path: string, response: ServerResponse, range: Range | undefined) => boolean

/** Both ends included. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** A host of weights on another origin, whose files can be damaged, held back, or gone. It gives ranges of files. */
export class WeightServer {
  /** Paths that were asked for, in order. */
  readonly requests: string[] = []
  /** Bytes of files that went out, the manifest's not counted. */
  sentBytes = 0
  interfere: Interference = () => false
  /** Where given, the manifest has hashes of chunks of so many bytes. */
  chunkBytes: number | undefined
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
      const own = body && path === 'manifest.json' ? await host.ownManifest(body) : body
      const range = rangeOf(request.headers.range)
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('cache-control', 'no-store')
      if (host.interfere(path, response, range)) return
      const whole = own && (host.changes.get(path)?.(own) ?? own)
      response.writeHead(whole ? (range ? 206 : 200) : 404)
      const sent = range ? whole?.subarray(range.from, range.to + 1) : whole
      if (path !== 'manifest.json') host.sentBytes += sent?.length ?? 0
      response.end(sent)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return host
  }

  /** The page keeps bundles by their manifests: this one must not be the one it has already. */
  private async ownManifest(bytes: Buffer): Promise<Buffer> {
    const manifest = JSON.parse(bytes.toString())
    for (const file of this.chunkBytes === undefined ? [] : manifest.files) {
      file.chunks = await hashChunks(join(fixtureFolder, file.path), this.chunkBytes ?? 0)
    }
    return Buffer.from(JSON.stringify({ ...manifest, source: { ...manifest.source, revision: this.origin } }))
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  get url(): string {
    return `${this.origin}/`
  }

  /** A file as it goes out. */
  bytesOf(path: string): Buffer {
    const bytes = readFileSync(join(fixtureFolder, path))
    return this.changes.get(path)?.(bytes) ?? bytes
  }

  change(path: string, change: Change | undefined): void {
    if (change) this.changes.set(path, change)
    else this.changes.delete(path)
  }

  /** Has the manifest go out with other values at its top. */
  changeManifest(edit: (manifest: Manifest) => Partial<Manifest>): void {
    this.change('manifest.json', (bytes) => {
      const manifest: Manifest = JSON.parse(bytes.toString())
      return Buffer.from(JSON.stringify({ ...manifest, ...edit(manifest) }))
    })
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

function rangeOf(header: string | undefined): Range | undefined {
  const match = /^bytes=(\d+)-(\d+)$/.exec(header ?? '')
  return match ? { from: Number(match[1]), to: Number(match[2]) } : undefined
}

async function hashChunks(path: string, bytes: number) {
  const all = await readFile(path)
  const starts = Array.from({ length: Math.ceil(all.length / bytes) }, (_, index) => index * bytes)
  const hash = (at: number) =>
    createHash('sha256')
      .update(all.subarray(at, at + bytes))
      .digest('hex')
  return { bytes, sha256: starts.map(hash) }
}
