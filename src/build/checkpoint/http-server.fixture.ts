import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect } from 'vitest'
import { CheckpointError } from '../../base/errors.ts'
import { HttpFiles, type HttpOptions } from './http-files.ts'

export const weights = 'model.safetensors'
/** Larger than what the first request brings. */
export const content = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 7 + (i >> 8)) % 251)

export interface Asked {
  readonly path: string
  readonly range: string | undefined
  readonly first: number
  readonly last: number
}
/** How a server answers; `number` counts the requests from 0. */
export type Answer = (asked: Asked, response: ServerResponse, number: number) => void

export const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server with an `answer` of its own, and what it was asked. */
export async function serve(answer: Answer, options: HttpOptions = {}) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    const range = request.headers.range
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
    const asked = { path: request.url ?? '', range, first: Number(first ?? 0), last: Number(last ?? Number.NaN) }
    answer(asked, response, requests.push(request) - 1)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const waits: number[] = []
  const sleep = async (ms: number) => void waits.push(ms)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/tiny`
  return { files: new HttpFiles(url, { sleep, ...options }), requests, waits, url }
}

/** What a good server sends for a range. */
export function part(
  asked: Asked,
  response: ServerResponse,
  body = content,
  headers: Record<string, string> = {},
): void {
  const last = Math.min(asked.last, body.length - 1)
  response.writeHead(206, {
    'content-range': `bytes ${asked.first}-${last}/${body.length}`,
    'content-length': last - asked.first + 1,
    ...headers,
  })
  response.end(body.subarray(asked.first, last + 1))
}

/** The promised headers, then half of the body, then nothing or the end of the connection. */
export function half(asked: Asked, response: ServerResponse, end: boolean): void {
  const last = Math.min(asked.last, content.length - 1)
  response.writeHead(206, {
    'content-range': `bytes ${asked.first}-${last}/${content.length}`,
    'content-length': last - asked.first + 1,
  })
  response.write(content.subarray(asked.first, (asked.first + last) >> 1), () => {
    if (end) response.destroy()
  })
}

/** Good to the first request, which opens the file; `then` answers the others. */
export const afterOpening =
  (then: Answer): Answer =>
  (asked, response, number) =>
    number === 0 ? part(asked, response) : then(asked, response, number)

export async function opened(files: HttpFiles, name = weights) {
  const source = await files.open(name)
  if (source === undefined) throw new Error(`${name} was not opened`)
  return source
}

export async function failure(work: Promise<unknown>): Promise<CheckpointError> {
  const error: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(error instanceof CheckpointError)) throw new Error(`expected a CheckpointError, got ${error}`)
  expect(error.action).not.toBe('')
  expect(error.subject).toBe(weights)
  expect(error.message).toContain(weights)
  return error
}

/** Compares at once; an expectation on every byte takes long. */
export function expectBytes(found: Uint8Array, wanted: Uint8Array): void {
  expect([found.length, Buffer.compare(found, wanted)]).toEqual([wanted.length, 0])
}

export const readSome: Answer = (asked, response) => part(asked, response)
export const aborted = expect.objectContaining({ name: 'AbortError' })
export const [from, count] = [300_000, 200_000]
export const wanted = content.subarray(from, from + count)
