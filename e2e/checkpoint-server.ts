import { readFile } from 'node:fs/promises'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('../fixtures/data/checkpoint', import.meta.url))

/** A host of the fixture's checkpoint on another origin, as a hub is one: it honours ranges, and counts what it sends. */
export class CheckpointServer {
  /** Parts of weights files that were sent, but for their heads. */
  readonly sent: { readonly path: string; readonly first: number; readonly last: number }[] = []
  /** What it calls the version that it has. */
  version = '1'
  /** Every connection is cut. */
  isCut = false
  /** Of this file it answers for the head alone. */
  private stalledFile: string | undefined
  /** After so many bytes of weights it answers no more. */
  private limitBytes = Number.POSITIVE_INFINITY
  private readonly waiting: (() => void)[] = []

  private constructor(private readonly server: Server) {}

  static async start(): Promise<CheckpointServer> {
    const server = createServer()
    const host = new CheckpointServer(server)
    server.on('request', (request, response) => {
      const path = normalize(new URL(request.url ?? '/', 'http://x').pathname).slice(1)
      if (host.isCut) request.destroy()
      else void host.answer(path, request.headers.range, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return host
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Of the checkpoint. */
  get url(): string {
    return `${this.origin}/tiny-checkpoint/`
  }

  get sentBytes(): number {
    return this.sent.reduce((sum, { first, last }) => sum + last + 1 - first, 0)
  }

  /** Stops answering once so many more bytes of weights have been sent. */
  stallAfter(bytes: number): void {
    this.limitBytes = this.sentBytes + bytes
  }

  /** Stops answering for the weights of one file. Several requests are under way at once: which is first is not known. */
  stallFile(name: string): void {
    this.stalledFile = name
  }

  goOn(): void {
    this.stalledFile = undefined
    this.limitBytes = Number.POSITIVE_INFINITY
    for (const answer of this.waiting.splice(0)) answer()
  }

  /** Ends what is under way, and refuses everything until `isCut` is taken back. */
  cut(): void {
    this.isCut = true
    this.waiting.length = 0
    this.server.closeAllConnections()
  }

  close(): void {
    this.server.closeAllConnections()
    this.server.close()
  }

  private async answer(path: string, range: string | undefined, response: ServerResponse): Promise<void> {
    const body = await readFile(join(folder, path.replace(/^tiny-checkpoint\//, ''))).catch(() => undefined)
    const headers = {
      'access-control-allow-origin': '*',
      'access-control-expose-headers': 'Content-Range, ETag',
      etag: `"${this.version}"`,
    }
    if (!body) {
      response.writeHead(404, headers).end()
      return
    }
    const part = /^bytes=(\d+)-(\d+)$/.exec(range ?? '')
    if (!part) {
      response.writeHead(200, headers).end(body)
      return
    }
    const [first, last] = [Number(part[1]), Math.min(Number(part[2]), body.length - 1)]
    // The head of a file, which holds its header, comes always.
    const isStalled = this.sentBytes >= this.limitBytes || (this.stalledFile && path.endsWith(this.stalledFile))
    if (first > 0 && isStalled) await new Promise<void>((go) => this.waiting.push(go))
    if (first > 0) this.sent.push({ path, first, last })
    response.writeHead(206, { ...headers, 'content-range': `bytes ${first}-${last}/${body.length}` })
    response.end(body.subarray(first, last + 1))
  }
}
