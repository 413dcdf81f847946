import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { CheckpointError } from '../../base/errors.ts'
import { product, tinyCheckpoint, tinyShapes, tinyValues } from './checkpoint.fixture.ts'
import { openCheckpoint } from './checkpoint.ts'
import { HttpFiles, type HttpOptions } from './http-files.ts'

const weights = 'model.safetensors'
/** Larger than what the first request brings. */
const content = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 7 + (i >> 8)) % 251)

interface Asked {
  readonly path: string
  readonly range: string | undefined
  readonly first: number
  readonly last: number
}
/** How a server answers; `number` counts the requests from 0. */
type Answer = (asked: Asked, response: ServerResponse, number: number) => void

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A server with an `answer` of its own, and what it was asked. */
async function serve(answer: Answer, options: HttpOptions = {}) {
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
function part(asked: Asked, response: ServerResponse, body = content, headers: Record<string, string> = {}): void {
  const last = Math.min(asked.last, body.length - 1)
  response.writeHead(206, {
    'content-range': `bytes ${asked.first}-${last}/${body.length}`,
    'content-length': last - asked.first + 1,
    ...headers,
  })
  response.end(body.subarray(asked.first, last + 1))
}

/** The promised headers, then half of the body, then nothing or the end of the connection. */
function half(asked: Asked, response: ServerResponse, end: boolean): void {
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
const afterOpening =
  (then: Answer): Answer =>
  (asked, response, number) =>
    number === 0 ? part(asked, response) : then(asked, response, number)

async function opened(files: HttpFiles, name = weights) {
  const source = await files.open(name)
  if (source === undefined) throw new Error(`${name} was not opened`)
  return source
}

async function failure(work: Promise<unknown>): Promise<CheckpointError> {
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
function expectBytes(found: Uint8Array, wanted: Uint8Array): void {
  expect([found.length, Buffer.compare(found, wanted)]).toEqual([wanted.length, 0])
}

const readSome: Answer = (asked, response) => part(asked, response)
const aborted = expect.objectContaining({ name: 'AbortError' })
const [from, count] = [300_000, 200_000]
const wanted = content.subarray(from, from + count)

describe('a good server', () => {
  test('gives any range, and the first bytes without a second request', async () => {
    const { files, requests } = await serve(readSome)
    const source = await opened(files)
    expect(source.size).toBe(content.length)
    expectBytes(await source.read(0, 8), content.subarray(0, 8))
    expectBytes(await source.read(8, 200_000), content.subarray(8, 200_008))
    expectBytes(await source.read(700, 0), new Uint8Array())
    expect(requests.length).toBe(1)
    expectBytes(await source.read(from, count), wanted)
    expectBytes(await source.read(200_000, 100_000), content.subarray(200_000, 300_000))
    expectBytes(await source.read(content.length - 1, 1), content.subarray(-1))
    expect(requests.length).toBe(4)
    expect((await failure(source.read(content.length - 1, 2))).code).toBe('truncated')
  })

  test('gets no header that would need a preflight', async () => {
    const { files, requests } = await serve(readSome)
    await (await opened(files)).read(from, count)
    const simple =
      /^(accept|accept-encoding|accept-language|cache-control|connection|host|pragma|range|sec-fetch-mode|user-agent)$/
    for (const { headers, method } of requests) {
      expect(method).toBe('GET')
      expect(Object.keys(headers).filter((name) => !simple.test(name))).toEqual([])
      expect(headers.range).toMatch(/^bytes=\d+-\d+$/)
    }
  })

  test('is asked below the base address, with or without slash, by encoded names', async () => {
    const { files, requests, url } = await serve(readSome)
    await files.open('a b#.safetensors')
    await new HttpFiles(`${url}/`).open(weights)
    expect(requests.map((request) => request.url)).toEqual([
      '/models/tiny/a%20b%23.safetensors',
      `/models/tiny/${weights}`,
    ])
  })

  test('gives a whole checkpoint', async () => {
    const stored = tinyCheckpoint({ shards: true })
    const { files, requests } = await serve((asked, response) => {
      const body = stored.get(asked.path.slice('/models/tiny/'.length))
      if (body === undefined) response.writeHead(404).end()
      else if (asked.range === undefined) response.writeHead(200).end(body)
      else part(asked, response, body)
    })
    const checkpoint = await openCheckpoint(files)
    const before = requests.length
    for (const [name, shape] of tinyShapes()) {
      expect(await checkpoint.read(name)).toEqual(tinyValues(name, product(shape)))
    }
    expect(requests.length).toBe(before)
    expect(requests.filter(({ headers }) => headers.range !== undefined).length).toBe(3)
    await checkpoint.close()
    await expect(files.open(weights)).rejects.toThrow(aborted)
  })

  test('gives an empty file', async () => {
    const { files } = await serve((_asked, response) => response.writeHead(416, { 'content-range': 'bytes */0' }).end())
    expect((await opened(files)).size).toBe(0)
  })
})

describe('a file that is not there', () => {
  test.each<[string, Answer]>([
    ['404', (_asked, response) => response.writeHead(404).end('no')],
    ['410', (_asked, response) => response.writeHead(410).end()],
    [
      'the start page',
      (_asked, response) =>
        response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<!doctype html>'),
    ],
  ])('%s', async (_what, answer) => {
    const { files, requests } = await serve(answer)
    expect(await files.open(weights)).toBeUndefined()
    expect(await files.open('config.json')).toBeUndefined()
    expect(requests.length).toBe(2)
  })
})

test('the start page is not taken for weights, not even in part', async () => {
  const { files } = await serve((asked, response) => part(asked, response, content, { 'content-type': 'text/html' }))
  expect(await files.open(weights)).toBeUndefined()
})

describe('a server that ignores ranges', () => {
  const answer: Answer = (_asked, response) => response.writeHead(200).end(content)

  test('gives small files', async () => {
    const { files, requests } = await serve(answer)
    const source = await opened(files, 'tokenizer.json')
    expect(source.size).toBe(content.length)
    expectBytes(await source.read(from, count), wanted)
    expect(requests.length).toBe(1)
    await expect(source.read(content.length, 1)).rejects.toThrow(expect.objectContaining({ code: 'truncated' }))
  })

  test('gives no weights', async () => {
    const { files, requests } = await serve(answer)
    expect((await failure(files.open(weights))).code).toBe('range-ignored')
    expect(requests.length).toBe(1)
  })

  test('gives no small file without end', async () => {
    const { files } = await serve((_asked, response) => {
      const more = () => {
        while (response.write(new Uint8Array(2 ** 20)));
      }
      response.writeHead(200).on('drain', more)
      more()
    })
    await expect(files.open('config.json')).rejects.toThrow(expect.objectContaining({ code: 'too-large' }))
  })
})

describe('is refused at once', () => {
  test.each<[string, string, Answer]>([
    ['400', 'http-status', (_asked, response) => response.writeHead(400).end()],
    ['204', 'http-status', (_asked, response) => response.writeHead(204).end()],
    ['a hidden Content-Range', 'content-range-hidden', (_asked, response) => response.writeHead(206).end(content)],
    ['a file that is gone', 'source-changed', (_asked, response) => response.writeHead(404).end()],
    ['another size', 'source-changed', (asked, response) => part(asked, response, content.subarray(1))],
    [
      'a size below the range',
      'source-changed',
      (_asked, response) => response.writeHead(416, { 'content-range': 'bytes */100' }).end(),
    ],
  ])('%s', async (_what, code, answer) => {
    const { files, requests, waits } = await serve(afterOpening(answer))
    const source = await opened(files)
    expect((await failure(source.read(from, count))).code).toBe(code)
    expect(requests.length).toBe(2)
    expect(waits).toEqual([])
  })

  test.each<[string, string, Record<string, string>, Record<string, string>]>([
    ['another ETag', 'source-changed', { etag: '"a"' }, { etag: '"b"' }],
    [
      'another date',
      'source-changed',
      { 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' },
      { 'last-modified': 'Tue, 02 Jan 2024 00:00:00 GMT' },
    ],
    ['the same, marked weak', 'none', { etag: '"a"' }, { etag: 'W/"a"' }],
    ['an ETag no more', 'none', { etag: '"a"' }, {}],
    [
      'another date under one ETag',
      'none',
      { etag: '"a"', 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' },
      { etag: '"a"', 'last-modified': 'Tue, 02 Jan 2024 00:00:00 GMT' },
    ],
  ])('%s (%s)', async (_what, code, before, after) => {
    const { files } = await serve((asked, response, number) =>
      part(asked, response, content, number === 0 ? before : after),
    )
    const source = await opened(files)
    if (code === 'none') expectBytes(await source.read(from, count), wanted)
    else expect((await failure(source.read(from, count))).code).toBe(code)
  })
})

describe('a passing failure', () => {
  const range =
    (first: number, last: number, size: number | string, body: Uint8Array): Answer =>
    (_asked, response) =>
      response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${size}` }).end(body)

  test.each<[string, Answer]>([
    ['500', (_asked, response) => response.writeHead(500).end()],
    ['503', (_asked, response) => response.writeHead(503).end('busy')],
    ['416', (_asked, response) => response.writeHead(416).end()],
    [
      '416 of the right size',
      (_asked, response) => response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end(),
    ],
    ['a closed connection', (_asked, response) => response.destroy()],
    ['another range', range(from + 1, from + count, content.length, wanted)],
    ['a shorter range', range(from, from + 9, content.length, wanted.subarray(0, 10))],
    ['a longer range', range(from, from + count, content.length, content.subarray(from, from + count + 1))],
    ['a range without size', range(from, from + count - 1, '*', wanted)],
    ['nonsense', (_asked, response) => response.writeHead(206, { 'content-range': 'pages 1-2' }).end()],
    ['a body that is too short', range(from, from + count - 1, content.length, wanted.subarray(0, 999))],
    ['no body', range(from, from + count - 1, content.length, wanted.subarray(0, 0))],
    ['a body that breaks off', (asked, response) => half(asked, response, true)],
  ])('%s is tried again, and given up after the retries', async (_what, answer) => {
    const good = await serve(
      afterOpening((asked, response, number) => (number < 3 ? answer : readSome)(asked, response, number)),
    )
    const source = await opened(good.files)
    expectBytes(await source.read(from, count), wanted)
    expect(good.requests.length).toBe(4)
    expect(good.waits).toEqual([500, 1000])

    const bad = await serve(afterOpening(answer), { retries: 2 })
    const error = await failure((await opened(bad.files)).read(from, count))
    expect([error.code, error.recoverable]).toEqual(['network', true])
    expect(bad.requests.length).toBe(4)
  })

  test('a body that is too long is not taken for the right one', async () => {
    const { files, requests } = await serve(
      afterOpening(range(from, from + count - 1, content.length, content.subarray(from))),
      { retries: 1 },
    )
    expect((await failure((await opened(files)).read(from, count))).code).toBe('network')
    expect(requests.length).toBe(3)
  })

  test('what a broken body did bring is not asked for again', async () => {
    const { files, requests } = await serve(
      afterOpening((asked, response, number) => (number === 1 ? half(asked, response, true) : part(asked, response))),
    )
    expectBytes(await (await opened(files)).read(from, count), wanted)
    expect(requests.length).toBe(3)
    const first = Number(/\d+/.exec(requests[2].headers.range ?? '')?.[0])
    expect(first).toBeGreaterThan(from)
    expect(requests[2].headers.range).toBe(`bytes=${first}-${from + count - 1}`)
  })

  test('the parts of one block come from one version', async () => {
    const { files } = await serve((asked, response, number) =>
      number === 0 ? half(asked, response, true) : part(asked, response, content.subarray(1)),
    )
    expect((await failure(files.open(weights))).code).toBe('source-changed')
  })

  test('opening is tried again, too, for weights and for small files', async () => {
    const { files, waits } = await serve((asked, response, number) => {
      if (number % 2 === 0) response.writeHead(502).end()
      else if (asked.range === undefined) response.writeHead(200).end(content)
      else part(asked, response)
    })
    expect((await opened(files)).size).toBe(content.length)
    expect((await opened(files, 'config.json')).size).toBe(content.length)
    expect(waits).toEqual([500, 500])
  })

  test('a server nobody listens on is a network failure', async () => {
    const { files, url } = await serve(readSome)
    await files.close()
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve))
    const deaf = new HttpFiles(url, { retries: 1, sleep: async () => undefined })
    expect((await failure(deaf.open(weights))).code).toBe('network')
  })

  test('a stalled body is given up and tried again', async () => {
    const { files, requests } = await serve(
      afterOpening((asked, response, number) => (number === 1 ? half(asked, response, false) : part(asked, response))),
      { stallMs: 100 },
    )
    expectBytes(await (await opened(files)).read(from, count), wanted)
    expect(requests.length).toBe(3)
  })

  test('a server that never answers is given up', async () => {
    const { files } = await serve(() => undefined, { stallMs: 30, retries: 1 })
    const error = await failure(files.open(weights))
    expect(error.code).toBe('network')
    expect(error.message).toContain('30 ms')
  })
})

describe('Retry-After', () => {
  test.each<[string, () => string, number, number]>([
    ['seconds', () => '7', 7000, 7000],
    ['no seconds', () => '0', 0, 0],
    ['a date', () => new Date(Date.now() + 10_000).toUTCString(), 8000, 10_000],
    ['a date in the past', () => new Date(0).toUTCString(), 0, 0],
    ['an hour, which is too long', () => '3600', 60_000, 60_000],
    ['nonsense', () => 'soon', 500, 500],
  ])('of a server that is busy: %s', async (_what, value, least, most) => {
    const { files, waits } = await serve((asked, response, number) =>
      number === 0 ? response.writeHead(503, { 'retry-after': value() }).end() : part(asked, response),
    )
    await opened(files)
    expect(waits.length).toBe(1)
    expect(waits[0]).toBeGreaterThanOrEqual(least)
    expect(waits[0]).toBeLessThanOrEqual(most)
  })
})

describe('an abort ends at once', () => {
  test.each<[string, Answer]>([
    ['a request without answer', () => undefined],
    ['a body that stalls', (asked, response) => half(asked, response, false)],
    ['a wait between attempts', (_asked, response) => response.writeHead(503, { 'retry-after': '60' }).end()],
  ])('%s', async (_what, answer) => {
    for (const whose of ['the call', 'the files', 'closing']) {
      const controller = new AbortController()
      // The real sleep.
      const options = { sleep: undefined, ...(whose === 'the files' ? { signal: controller.signal } : {}) }
      const { files, requests } = await serve(afterOpening(answer), options)
      const source = await opened(files)
      const reading = source.read(from, count, whose === 'the call' ? controller.signal : undefined)
      reading.catch(() => undefined)
      while (requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5))
      await new Promise((resolve) => setTimeout(resolve, 20))
      const before = performance.now()
      if (whose === 'closing') await files.close()
      else controller.abort()
      await expect(reading, whose).rejects.toThrow(aborted)
      expect(performance.now() - before).toBeLessThan(1000)
      expect(requests.length).toBe(2)
    }
  })

  test('before anything is asked', async () => {
    const { files, requests } = await serve(readSome)
    const source = await opened(files)
    await expect(source.read(0, 8, AbortSignal.abort())).rejects.toThrow(aborted)
    await expect(source.read(from, count, AbortSignal.abort())).rejects.toThrow(aborted)
    await expect(files.open(weights, AbortSignal.abort())).rejects.toThrow(aborted)
    expect(requests.length).toBe(1)
  })
})

test('200 random reads from a server that often fails give the right bytes or none', async () => {
  let state = 1
  const random = (bound: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * bound)
  }
  const misdeeds: Answer[] = [
    (_asked, response) => response.destroy(),
    (_asked, response) => response.writeHead(503).end(),
    (_asked, response) => response.writeHead(416).end(),
    (asked, response) => half(asked, response, true),
    (asked, response) => part({ ...asked, first: asked.first + 1 }, response),
    (asked, response) => part({ ...asked, last: asked.last - 1 }, response),
    (asked, response) => part(asked, response, content.subarray(1)),
    (_asked, response) => response.writeHead(200).end(content),
  ]
  const { files } = await serve(
    afterOpening((asked, response, number) =>
      (random(2) === 0 ? readSome : misdeeds[random(misdeeds.length)])(asked, response, number),
    ),
    { retries: 2 },
  )
  const source = await opened(files)
  const outcomes = new Set<string>()
  for (let i = 0; i < 200; i++) {
    const offset = random(content.length - 2)
    const length = 2 + random(Math.min(content.length - offset - 2, 100_000))
    try {
      const bytes = await source.read(offset, length)
      if (Buffer.compare(bytes, content.subarray(offset, offset + length)) !== 0)
        expect.fail(`wrong bytes at ${offset}`)
      outcomes.add('read')
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error
      outcomes.add(error.code)
    }
  }
  expect([...outcomes].toSorted()).toEqual(['network', 'range-ignored', 'read', 'source-changed'])
})
