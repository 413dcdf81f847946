import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { CheckpointError } from '../../base/errors.ts'
import type { ServerWait } from '../../net/quiet-time.ts'
import { HttpFiles, type HttpOptions } from './http-files.ts'

const weights = 'model.safetensors'
const content = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 7 + (i >> 8)) % 251)

type Answer = (request: IncomingMessage, response: ServerResponse, number: number) => void

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(answer: Answer, options: HttpOptions = {}, path = '/models/tiny/') {
  const requests: string[] = []
  const server = createServer((request, response) => {
    answer(request, response, requests.push(request.url ?? '') - 1)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const waits: number[] = []
  const told: (ServerWait | undefined)[] = []
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const sleep = async (ms: number) => void waits.push(ms)
  const onWait = (wait: ServerWait | undefined) => void told.push(wait)
  return { files: new HttpFiles(`${origin}${path}`, { sleep, onWait, ...options }), requests, waits, told, origin }
}

function part(request: IncomingMessage, response: ServerResponse, headers: Record<string, string> = {}): void {
  const [, first, last] = (/^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []).map(Number)
  if (first === undefined) {
    response.writeHead(200, headers).end(content)
    return
  }
  const end = Math.min(last, content.length - 1)
  response.writeHead(206, { 'content-range': `bytes ${first}-${end}/${content.length}`, ...headers })
  response.end(content.subarray(first, end + 1))
}

async function opened(files: HttpFiles) {
  const source = await files.open(weights)
  if (!source) throw new Error('nothing opened')
  return source
}

async function refusal(work: Promise<unknown>): Promise<CheckpointError> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof CheckpointError) return error
  throw new Error(`expected a CheckpointError, got ${error}`)
}

const wanted = content.subarray(300_000, 300_100)

describe('a refusal is told for what it is', () => {
  it.each<[string, number, Record<string, string>, RegExp, RegExp]>([
    [
      'no-such-model',
      401,
      { 'x-error-code': 'RepoNotFound' },
      /no model of this name, or it is private/,
      /OWNER\/NAME/,
    ],
    [
      'no-such-model',
      404,
      { 'x-error-code': 'RepoNotFound' },
      /no model of this name, or it is private/,
      /OWNER\/NAME/,
    ],
    ['gated', 401, { 'x-error-code': 'GatedRepo' }, /accepted its terms/, /Accept the terms/],
    ['gated', 403, { 'x-error-code': 'GatedRepo' }, /accepted its terms/, /Accept the terms/],
    ['no-such-revision', 404, { 'x-error-code': 'RevisionNotFound' }, /no branch, tag or commit “a\/b”/, /%2F/],
    [
      'not-allowed',
      403,
      { 'x-error-message': 'Access to this resource is disabled.' },
      /“Access to this .* disabled”/,
      /./,
    ],
    ['not-allowed', 401, {}, /does not give this file to everyone/, /build from its folder/],
    ['http-status', 400, {}, /answers 400/, /address/],
  ])('%s (%d %j)', async (code, status, headers, what, action) => {
    const { files, requests, waits } = await serve(
      (_, response) => response.writeHead(status, headers).end('no'),
      {},
      '/o/n/resolve/a%2Fb/?key=secret',
    )
    for (const name of ['config.json', weights]) {
      const error = await refusal(files.open(name))
      expect(error).toMatchObject({ name: 'CheckpointError', code, subject: name })
      expect(error.message).toMatch(what)
      expect(error.message).toContain(name)
      expect(error.action).toMatch(action)
      expect(error.message + error.action).not.toMatch(/secret|CORS/)
    }
    // Nothing is asked twice.
    expect([requests.length, waits]).toEqual([2, []])
  })

  it('a file that the model does not have is none', async () => {
    const { files } = await serve((_, response) =>
      response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end('Entry not found'),
    )
    expect(await files.open('config.json')).toBeUndefined()
    expect(await files.open(weights)).toBeUndefined()
  })

  it('weights may be gated where the description is not', async () => {
    const { files } = await serve((request, response) =>
      request.url?.endsWith(weights)
        ? response.writeHead(401, { 'x-error-code': 'GatedRepo' }).end()
        : response.writeHead(200).end('{}'),
    )
    expect(await files.open('config.json')).toBeDefined()
    expect(await refusal(files.open(weights))).toMatchObject({ code: 'gated' })
  })
})

describe('401 or 403 after a success', () => {
  it.each([401, 403])('%d passes, once or twice', async (status) => {
    const { files, waits, requests } = await serve((request, response, number) =>
      number === 1 || number === 2 ? response.writeHead(status).end('no') : part(request, response),
    )
    const source = await opened(files)
    expect(await source.read(300_000, 100)).toEqual(wanted)
    expect([requests.length, waits]).toEqual([4, [500, 1000]])
  })

  it('that stays is recoverable, and says that the server gave it before', async () => {
    const { files, requests } = await serve((request, response, number) =>
      number === 0 ? part(request, response) : response.writeHead(403).end('no'),
    )
    const source = await opened(files)
    const error = await refusal(source.read(300_000, 100))
    expect(error).toMatchObject({ code: 'access-lapsed', recoverable: true, subject: weights })
    expect(error.message).toMatch(/sent parts of .*model\.safetensors, and now answers 403/)
    expect(error.action).not.toContain('CORS')
    expect(requests.length).toBe(8)
  })

  it('of another file is asked once more, since some hosts answer so for what they do not have', async () => {
    const { files, requests } = await serve((request, response) =>
      request.url?.endsWith('config.json') ? part(request, response) : response.writeHead(403).end(),
    )
    await files.open('config.json')
    expect(await refusal(files.open('LICENSE'))).toMatchObject({ code: 'not-allowed' })
    expect(requests.length).toBe(3)
  })

  it('of a signed address is asked for by a new signature each time, which the browser must not keep', async () => {
    const signatures: string[] = []
    const cdn = await serve((request, response) => {
      const signature = request.url ?? ''
      signatures.push(signature)
      // The second signature is late to work.
      if (signature.endsWith('=2') || signature.endsWith('=3')) response.writeHead(403).end('expired')
      else part(request, response)
    })
    let signed = 0
    const hub = await serve((_, response) =>
      response.writeHead(302, { location: `${cdn.origin}/x?signature=${++signed}` }).end(),
    )
    const source = await opened(hub.files)
    expect(await source.read(300_000, 100)).toEqual(wanted)
    expect(signatures.map((each) => each.split('=')[1])).toEqual(['1', '2', '3', '4'])
  })
})

describe('a limit of requests (429)', () => {
  it.each<[string, Record<string, string>, number, boolean]>([
    ['the hub’s', { ratelimit: '"resolvers";r=0;t=120' }, 120_000, true],
    ['the hub’s, with others that are not used up', { ratelimit: '"api";r=5;t=900, "resolvers";r=0;t=7' }, 7000, true],
    ['several used up', { ratelimit: '"a";r=0;t=3, "b";r=0;t=9' }, 9000, true],
    ['an older draft’s', { ratelimit: 'limit=100, remaining=0, reset=50' }, 50_000, true],
    ['the oldest draft’s', { 'ratelimit-reset': '30' }, 30_000, true],
    ['Retry-After', { 'retry-after': '2', ratelimit: '"resolvers";r=0;t=120' }, 2000, true],
    ['an hour', { 'retry-after': '3600' }, 3_600_000, true],
    ['nothing that can be read', {}, 5000, false],
    ['nonsense', { ratelimit: 'soon', 'retry-after': 'soon' }, 5000, false],
  ])('%s is waited for, and told', async (_, headers, ms, isTold) => {
    for (const name of [weights, 'config.json']) {
      const { files, waits, told, requests } = await serve((request, response, number) =>
        number === 0
          ? response.writeHead(429, { ...headers, 'content-type': 'text/html' }).end('<html>')
          : part(request, response),
      )
      expect((await files.open(name))?.size).toBe(content.length)
      expect([waits, told, requests.length]).toEqual([[ms], [{ ms, isTold }, undefined], 2])
      expect(files.requests).toBe(2)
    }
  })

  it('is waited for as often as the server asks, and other requests wait with it', async () => {
    let left = 50
    const { files, told, waits } = await serve((request, response, number) => {
      if (number > 0 && left-- > 0) response.writeHead(429, { 'retry-after': '1' }).end()
      else part(request, response)
    })
    const source = await opened(files)
    const parts = await Promise.all([0, 1, 2, 3].map((at) => source.read(300_000 + at * 100, 100)))
    expect(parts).toEqual([0, 1, 2, 3].map((at) => content.subarray(300_000 + at * 100, 300_100 + at * 100)))
    expect(waits.every((ms) => ms <= 1000)).toBe(true)
    expect(told.at(-1)).toBeUndefined()
  })

  it('that lasts more than an hour is an error of its own, and can be gone on with', async () => {
    const { files, waits } = await serve((_, response) => response.writeHead(429, { 'retry-after': '3601' }).end())
    const error = await refusal(files.open('config.json'))
    expect(error).toMatchObject({ code: 'too-many-requests', recoverable: true })
    expect(error.message).toContain('asks to wait 61 min')
    expect(error.message + error.action).not.toContain('CORS')
    expect(waits).toEqual([])
    const mute = await serve((_, response) => response.writeHead(429).end())
    expect(await refusal(mute.files.open('config.json'))).toMatchObject({ code: 'too-many-requests' })
    expect(mute.waits.slice(0, 5)).toEqual([5000, 10_000, 20_000, 40_000, 60_000])
    expect(mute.waits.reduce((sum, ms) => sum + ms)).toBeLessThanOrEqual(3_600_000)
  })

  it('can be left at once', async () => {
    const stop = new AbortController()
    const { files, requests } = await serve((_, response) => response.writeHead(429, { 'retry-after': '60' }).end(), {
      // The real sleep.
      sleep: undefined,
      onWait: (wait) => wait && setTimeout(() => stop.abort(new Error('enough'))),
    })
    await expect(files.open('config.json', stop.signal)).rejects.toThrow('enough')
    expect(requests).toHaveLength(1)
  })
})

describe('every request', () => {
  it('carries the query of the address, and tells no host which page asks', async () => {
    const asked: [string, RequestInit | undefined][] = []
    const files = new HttpFiles('https://example.org/m?key=1&b=2', {
      fetch: async (input, init) => {
        asked.push([String(input), init])
        return new Response(null, { status: 404 })
      },
    })
    await files.open('config.json')
    await files.open(weights)
    expect(files.origin).toBe('https://example.org/m/')
    expect(asked.map(([url]) => url)).toEqual([
      'https://example.org/m/config.json?key=1&b=2',
      `https://example.org/m/${weights}?key=1&b=2`,
    ])
    for (const [, init] of asked) expect(init).toMatchObject({ referrerPolicy: 'no-referrer', cache: 'no-store' })
  })
})

describe('another tag or date', () => {
  const alternating: Answer = (request, response, number) =>
    part(request, response, { etag: number % 2 === 0 ? '"a"' : '"a-2"' })

  it('that changes back is another machine’s name for the same file', async () => {
    const { files, waits } = await serve(alternating)
    const source = await opened(files)
    for (let at = 0; at < 8; at++) await source.read(300_000, 100)
    // Asked once again, and believed from then on.
    expect(waits).toEqual([500])
  })

  it('that does not change back is another version', async () => {
    const { files } = await serve((request, response, number) =>
      part(request, response, { etag: number === 0 ? '"a"' : '"b"' }),
    )
    const source = await opened(files)
    expect(await refusal(source.read(300_000, 100))).toMatchObject({ code: 'source-changed', recoverable: true })
  })

  it('a date that is another each time is none of the file', async () => {
    const { files } = await serve((request, response, number) =>
      part(request, response, { 'last-modified': new Date(number * 1e6).toUTCString() }),
    )
    const source = await opened(files)
    expect(await source.read(300_000, 100)).toEqual(wanted)
    expect(await source.read(300_000, 100)).toEqual(wanted)
  })
})
