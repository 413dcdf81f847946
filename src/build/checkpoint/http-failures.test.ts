import { describe, expect, test } from 'vitest'
import { CheckpointError } from '../../base/errors.ts'
import { HttpFiles } from './http-files.ts'
import {
  type Answer,
  aborted,
  afterOpening,
  content,
  count,
  expectBytes,
  failure,
  from,
  half,
  opened,
  part,
  readSome,
  serve,
  servers,
  wanted,
  weights,
} from './http-server.fixture.ts'

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

  test('nothing of an answer that is too long is kept', async () => {
    const { files, requests } = await serve(
      afterOpening((asked, response, number) => {
        if (number > 1) return part(asked, response)
        range(
          from,
          from + count - 1,
          content.length,
          content.subarray(from).map((byte) => byte ^ 1),
        )(asked, response, 1)
      }),
    )
    expectBytes(await (await opened(files)).read(from, count), wanted)
    expect(requests[2].headers.range).toBe(`bytes=${from}-${from + count - 1}`)
  })

  test('a connection that breaks after the last byte leaves nothing to ask for', async () => {
    const { files, requests } = await serve(
      afterOpening((asked, response) => {
        response.writeHead(206, { 'content-range': `bytes ${asked.first}-${asked.last}/${content.length}` })
        response.write(content.subarray(asked.first, asked.last + 1), () => response.destroy())
      }),
    )
    expectBytes(await (await opened(files)).read(from, count), wanted)
    expect(requests.length).toBe(2)
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
