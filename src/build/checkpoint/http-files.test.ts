import { describe, expect, test } from 'vitest'
import { product, tinyCheckpoint, tinyShapes, tinyValues } from './checkpoint.fixture.ts'
import { openCheckpoint } from './checkpoint.ts'
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
  opened,
  part,
  readSome,
  serve,
  wanted,
  weights,
} from './http-server.fixture.ts'

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
