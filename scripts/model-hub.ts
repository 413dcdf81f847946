import { createHash } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import type { ByteSource, CheckpointFiles } from '../src/build/checkpoint/source.ts'

/** What a server does amiss, or merely does; all of it may be changed while it runs. */
export interface HubHabits {
  /** Says of the model, whatever is asked for, with this `X-Error-Code`. */
  refusal?: 'RepoNotFound' | 'GatedRepo' | 'RevisionNotFound' | undefined
  /** Revisions that it has (default: every one). */
  revisions?: readonly string[]
  /** How long the signature of a redirect holds (default: for ever). */
  signatureMs?: number
  /** All are given one signature, until it has been over for so long: as a cache before the server does. */
  lateMs?: number
  /** The refusal of a signature that is over is not shown to other sites: a page learns nothing but that it failed. */
  isExpiryHidden?: boolean
  /** So many of the next ranges behind the head of a file are answered 403. */
  forbidden: number
  /** So many of the next questions are answered 429, after the first few. */
  limited: number
  /** What a 429 asks to wait. */
  limitS: number
  /** Questions that are answered before the first 429. */
  answeredFirst: number
  /** Bytes that go out at a time, and the pause between them (default: all at once). */
  trickle?: { readonly bytes: number; readonly pauseMs: number }
}

const owner = 'a'
const name = 'b'
const commit = 'eaf97358a37d03fd48e5a87d15aff2e8423c1afb'
/** What the hub shows to other sites: neither Retry-After nor RateLimit. */
const shown =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash'
const shownByCdn = 'Accept-Ranges, Content-Range, Content-Type, Content-Disposition, ETag, X-Cache'

/**
 * A host of one model that answers as the model hub does: small files by a redirect to another address of its own, large
 * ones by a redirect to a signed address on another origin, which honours ranges and no preflight.
 */
export class ModelHub {
  readonly habits: HubHabits = { forbidden: 0, limited: 0, limitS: 2, answeredFirst: 3 }
  /** Questions to the hub itself, which are what its limit counts. */
  resolves = 0
  /** Answers that were no file: 403, 429. */
  readonly refused: number[] = []
  /** `Referer` headers that came. */
  readonly referrers: string[] = []
  private signedUntil = Number.NEGATIVE_INFINITY
  private readonly sources = new Map<string, Promise<ByteSource | undefined>>()

  private constructor(
    private readonly hub: Server,
    private readonly cdn: Server,
    private readonly files: CheckpointFiles,
  ) {}

  static async start(files: CheckpointFiles, habits: Partial<HubHabits> = {}): Promise<ModelHub> {
    const [hub, cdn] = [createServer(), createServer()]
    const host = new ModelHub(hub, cdn, files)
    Object.assign(host.habits, habits)
    for (const [server, answer] of [
      [hub, host.resolve],
      [cdn, host.download],
    ] as const) {
      server.on('request', (request, response) => {
        if (request.headers.referer) host.referrers.push(request.headers.referer)
        answer.call(host, request, response).catch(() => response.destroy())
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    }
    return host
  }

  get origins(): readonly string[] {
    return [this.hub, this.cdn].map((server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  }

  /** Of the model's files, at a revision. */
  url(revision = 'main'): string {
    return `${this.origins[0]}/${owner}/${name}/resolve/${encodeURIComponent(revision)}/`
  }

  close(): void {
    void this.files.close()
    for (const server of [this.hub, this.cdn]) {
      server.closeAllConnections()
      server.close()
    }
  }

  private source(file: string): Promise<ByteSource | undefined> {
    const opened = this.sources.get(file) ?? this.files.open(file)
    this.sources.set(file, opened)
    return opened
  }

  private async resolve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://x')
    const headers: OutgoingHttpHeaders = {
      'access-control-allow-origin': request.headers.origin ?? 'https://huggingface.co',
      'access-control-expose-headers': shown,
      vary: 'Origin',
    }
    const refuse = (status: number, more: OutgoingHttpHeaders) => {
      this.refused.push(status)
      response.writeHead(status, { ...headers, 'content-type': 'text/plain', ...more }).end('no')
    }
    if (request.method === 'OPTIONS') return refuse(405, {})
    const cached = new RegExp(`^/api/resolve-cache/models/${owner}/${name}/${commit}/(.+)$`).exec(url.pathname)
    if (cached) {
      const source = await this.source(decodeURIComponent(cached[1]))
      if (!source) return refuse(404, { 'x-error-code': 'EntryNotFound' })
      response.writeHead(200, { ...headers, 'content-length': source.size, 'content-type': 'text/plain' })
      response.end(await source.read(0, source.size))
      return
    }
    this.resolves++
    const { refusal, revisions, answeredFirst, limitS } = this.habits
    if (refusal) return refuse(refusal === 'RevisionNotFound' ? 404 : 401, { 'x-error-code': refusal })
    if (this.habits.limited > 0 && this.resolves > answeredFirst) {
      this.habits.limited--
      return refuse(429, { ratelimit: `"resolvers";r=0;t=${limitS}`, 'content-type': 'text/html' })
    }
    const [, revision, path] = new RegExp(`^/${owner}/${name}/resolve/([^/]+)/(.+)$`).exec(url.pathname) ?? []
    if (path === undefined) return refuse(401, { 'x-error-code': 'RepoNotFound' })
    if (revisions && !revisions.includes(decodeURIComponent(revision))) {
      return refuse(404, { 'x-error-code': 'RevisionNotFound' })
    }
    const file = decodeURIComponent(path)
    const source = await this.source(file)
    if (!source) return refuse(404, { 'x-error-code': 'EntryNotFound' })
    const linked = { ...headers, 'x-repo-commit': commit, 'x-linked-size': source.size, 'cache-control': 'no-cache' }
    if (/\.safetensors$|tokenizer\.json$/.test(file)) {
      const location = `${this.origins[1]}/xet/${encodeURIComponent(file)}?Expires=${this.signature()}&Signature=x`
      response.writeHead(302, { ...linked, location }).end()
    } else {
      const location = `/api/resolve-cache/models/${owner}/${name}/${commit}/${path}?etag=x`
      response.writeHead(307, { ...linked, location }).end()
    }
  }

  /** The time until which a new redirect is good. */
  private signature(): number {
    const { signatureMs, lateMs } = this.habits
    if (signatureMs === undefined) return Date.now() + 3_600_000
    if (lateMs === undefined || Date.now() > this.signedUntil + lateMs) this.signedUntil = Date.now() + signatureMs
    return this.signedUntil
  }

  private async download(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://x')
    const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': shownByCdn }
    const forbid = (shown: OutgoingHttpHeaders = headers) => {
      this.refused.push(403)
      response.writeHead(403, { ...shown, 'content-type': 'application/xml' }).end('<Error/>')
    }
    if (request.method === 'OPTIONS') return forbid()
    if (Number(url.searchParams.get('Expires')) < Date.now()) return forbid(this.habits.isExpiryHidden ? {} : headers)
    const file = decodeURIComponent(url.pathname.slice('/xet/'.length))
    const source = await this.source(file)
    if (!source) return forbid()
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
    const [first, last] = range ? [Number(range[1]), Math.min(Number(range[2]), source.size - 1)] : [0, source.size - 1]
    if (range && first > 0 && this.habits.forbidden > 0) {
      this.habits.forbidden--
      return forbid()
    }
    const etag = `"${createHash('sha256').update(`${file} ${source.size}`).digest('hex')}"`
    response.writeHead(range ? 206 : 200, {
      ...headers,
      etag,
      'accept-ranges': 'bytes',
      'cache-control': 'public, max-age=31536000',
      'content-length': last - first + 1,
      ...(range ? { 'content-range': `bytes ${first}-${last}/${source.size}` } : {}),
    })
    const { bytes = 4 * 2 ** 20, pauseMs = 0 } = this.habits.trickle ?? {}
    for (let at = first; at <= last && !response.destroyed; at += bytes) {
      const isTaken = response.write(await source.read(at, Math.min(bytes, last + 1 - at)))
      if (!isTaken) await drained(response)
      if (pauseMs > 0) await pause(pauseMs)
    }
    response.end()
  }
}

/** Until more may be written, or nobody reads any more. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      response.off('drain', end).off('close', end)
      resolve()
    }
    response.on('drain', end).on('close', end)
  })
}
