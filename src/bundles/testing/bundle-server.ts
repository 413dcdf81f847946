import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { SampleBundle } from './sample-bundle.ts'

/** What a server does instead of sending the file; false where it has nothing special to do. */
export type Answer = (path: string, response: ServerResponse, request: IncomingMessage) => boolean

export interface BundleServer {
  /** The bundle's address, with its slash. */
  readonly url: string
  /** Paths below the address, with their queries, in the order they were asked for. */
  readonly requests: string[]
  answer: Answer
  /** As a network that is gone: connections end, new ones are refused. */
  stop(): Promise<void>
}

const folder = '/models/sample/'

/** Serves a bundle on this machine until the test ends, ranges of its files too. Bodies come 1,000 bytes at a time. */
export async function serveBundle(bundle: SampleBundle, answer: Answer = () => false): Promise<BundleServer> {
  const server = createServer((request, response) => {
    const asked = (request.url ?? '').slice(folder.length)
    served.requests.push(asked)
    const path = asked.replace(/\?.*$/, '')
    if (served.answer(path, response, request)) return
    const text = path === 'manifest.json' ? bundle.manifest.text : bundle.contents[path]
    if (text === undefined) response.writeHead(404)
    const range = rangeOf(request)
    if (text !== undefined && range) {
      const to = Math.min(range.to, text.length - 1)
      response.writeHead(206, { 'content-range': `bytes ${range.from}-${to}/${text.length}` })
    }
    const body = range ? text?.slice(range.from, range.to + 1) : text
    for (let from = 0; from < (body?.length ?? 0); from += 1000) response.write(body?.slice(from, from + 1000))
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${folder}`
  const served: BundleServer = { url, requests: [], answer, stop }
  onTestFinished(stop)
  return served
}

/** Headers and a whole body. */
export function send(response: ServerResponse, status: number, body = '', type = 'application/octet-stream'): true {
  response.writeHead(status, { 'content-type': type })
  response.end(body)
  return true
}

/** The range that is asked for, both ends included. */
export function rangeOf({ headers }: IncomingMessage): { readonly from: number; readonly to: number } | undefined {
  const match = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '')
  return match ? { from: Number(match[1]), to: Number(match[2]) } : undefined
}
