import type { IncomingMessage, ServerResponse } from 'node:http'
import { expect } from 'vitest'
import { BundleError } from '../../base/errors.ts'
import type { RetryPolicy } from '../../net/http-client.ts'
import type { ServerWait } from '../../net/quiet-time.ts'
import { type DownloadOptions, downloadFiles } from '../http-bundle.ts'
import { MemoryStore } from '../memory-store.ts'
import { type Answer, type BundleServer, rangeOf, serveBundle } from './bundle-server.ts'
import { sampleBundle, sampleContents } from './sample-bundle.ts'

export const chunk = 1000
export const path = 'data/vision.000'
export const text = Array.from({ length: 5000 }, (_, index) => 'abcdefghij'[(index * 7 + (index >> 5)) % 10]).join('')
const contents = { ...sampleContents, [path]: text }
/** With and without hashes of chunks: then the file is one chunk. */
export const chunked = await sampleBundle(contents, chunk)
export const plain = await sampleBundle(contents)

const retryPolicy: RetryPolicy = { stallMs: 60_000, firstWaitMs: 1000, longestWaitMs: 60_000, tries: 4 }

/** A download of the sample bundle from a server with faults, of which `path` is the file at hand. */
export interface Download {
  readonly server: BundleServer
  /** What was waited for, ms. */
  readonly waits: number[]
  /** Waits that the server asked for. */
  readonly told: (ServerWait | undefined)[]
  readonly bytes: () => number
  /** Requests for the file at hand. */
  readonly asked: () => number
  run(): Promise<string | undefined>
}

export async function prepare(answer: Answer, bundle = chunked, stallMs = retryPolicy.stallMs): Promise<Download> {
  const server = await serveBundle(bundle, answer)
  const writer = await new MemoryStore().begin({ manifest: bundle.manifest, name: 'sample', url: server.url })
  const waits: number[] = []
  const told: (ServerWait | undefined)[] = []
  let bytes = 0
  const options: DownloadOptions = {
    retryPolicy: { ...retryPolicy, stallMs },
    sleep: async (ms) => void waits.push(ms),
    onServerWait: (wait) => void told.push(wait),
    onBytes: (more) => {
      bytes += more
    },
  }
  return {
    server,
    waits,
    told,
    bytes: () => bytes,
    asked: () => server.requests.filter((each) => each === path).length,
    async run() {
      await downloadFiles(server.url, bundle.manifest.parsed.files, writer, options)
      expect(bytes, 'bytes that were counted').toBe(bundle.totalBytes)
      return writer.finished.get(path)?.text()
    },
  }
}

export async function failure(work: Promise<unknown>): Promise<BundleError> {
  const error = await work.catch((reason: unknown) => reason)
  if (error instanceof BundleError) return error
  throw new Error('no BundleError', { cause: error })
}

/** Something else than the file, so many times. */
export function times(count: number, answer: (response: ServerResponse, request: IncomingMessage) => boolean): Answer {
  let left = count
  return (asked, response, request) => asked === path && left > 0 && left-- > 0 && answer(response, request)
}

export const always = Number.POSITIVE_INFINITY

/** The range that is asked for, with something wrong. */
export function sendRange(
  response: ServerResponse,
  request: IncomingMessage,
  headers: object,
  change = (part: string) => part,
) {
  const range = rangeOf(request)
  if (!range) return false
  const part = change(text.slice(range.from, range.to + 1))
  response.writeHead(206, { 'content-range': `bytes ${range.from}-${range.to}/${text.length}`, ...headers })
  response.end(part)
  return true
}

export const cutAfter = (bytes: number) => (response: ServerResponse, request: IncomingMessage) => {
  const { from, to } = rangeOf(request) ?? { from: 0, to: text.length - 1 }
  response.writeHead(rangeOf(request) ? 206 : 200, { 'content-length': to + 1 - from })
  response.write(text.slice(from, Math.min(to + 1, from + bytes)), () => response.destroy())
  return true
}
