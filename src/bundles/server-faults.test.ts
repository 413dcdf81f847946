import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { rangeOf, send, serveBundle } from './testing/bundle-server.ts'
import {
  always,
  chunk,
  chunked,
  cutAfter,
  failure,
  path,
  plain,
  prepare,
  sendRange,
  text,
  times,
} from './testing/faulty-download.ts'

describe('a server that', () => {
  it('knows no ranges is asked once for each file, and all of it is used', async () => {
    const download = await prepare((_, __, request) => {
      delete request.headers.range
      return false
    })
    expect(await download.run()).toBe(text)
    expect(download.asked()).toBe(1)
  })

  it('knows no ranges, and breaks off, is asked again; what is stored is not lost', async () => {
    const answer = times(1, (response) => {
      response.writeHead(200, { 'content-length': text.length })
      response.write(text.slice(0, 3500), () => response.destroy())
      return true
    })
    const whole = times(always, (response) => send(response, 200, text))
    const download = await prepare((...of) => answer(...of) || whole(...of))
    expect(await download.run()).toBe(text)
    expect(download.asked()).toBe(2)
  })

  it('gives ranges first and then no more is asked for all of it', async () => {
    let asked = 0
    const download = await prepare(times(always, (response) => asked++ > 1 && send(response, 200, text)))
    expect(await download.run()).toBe(text)
  })

  it.each([0, 1])('changes its ETag on the way is asked for the file anew, %d times at most twice', async (more) => {
    const bundle = plain
    let version = 1
    let asked = 0
    // The line breaks in the middle, and the file is another one afterward.
    const download = await prepare((...[asks, response, request]) => {
      if (asks !== path) return false
      response.setHeader('etag', `"${version}"`)
      if (asked++ > more) return false
      version++
      return cutAfter(2000)(response, request)
    }, bundle)
    expect(await download.run()).toBe(text)
    expect(download.asked()).toBeGreaterThan(more + 1)
  })

  it('gives another ETag each time is believed by its hashes', async () => {
    let version = 1
    const download = await prepare((asks, response) => {
      if (asks === path) response.setHeader('etag', `"${version++}"`)
      return false
    }, plain)
    expect(await download.run()).toBe(text)
  })

  it('compresses is read as it says, whatever its length', async () => {
    const body = gzipSync(text)
    const download = await prepare(
      times(always, (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': body.length })
        response.end(body)
        return true
      }),
    )
    expect(await download.run()).toBe(text)
  })

  it('compresses the ranges is asked for all of it', async () => {
    const body = gzipSync(text)
    const download = await prepare(
      times(always, (response, request) => {
        const range = rangeOf(request)
        const part = range ? body.subarray(range.from, range.to + 1) : body
        if (range && part.length === 0) return send(response, 416)
        response.writeHead(range ? 206 : 200, { 'content-encoding': 'gzip' })
        response.end(part)
        return true
      }),
    )
    // A stretch of compressed bytes is not readable: that looks like a line that breaks.
    await download.run().then(
      (result) => expect(result).toBe(text),
      (error) => expect(error).toMatchObject({ code: 'network', subject: path }),
    )
  })

  it('answers 416 is asked for all of it', async () => {
    const download = await prepare(
      times(always, (response, request) => rangeOf(request) !== undefined && send(response, 416)),
    )
    expect(await download.run()).toBe(text)
  })

  it('has less than the manifest says is found out', async () => {
    const short = text.slice(0, 4200)
    const download = await prepare(
      times(always, (response, request) => {
        const range = rangeOf(request)
        if (!range) return send(response, 200, short)
        if (range.from >= short.length) return send(response, 416)
        return sendRange(response, request, {}, (part) => part.slice(0, Math.max(0, short.length - range.from)))
      }),
    )
    expect(await failure(download.run())).toMatchObject({ code: 'wrong-size', subject: path })
  })

  it.each([
    [429, '7', 7000],
    [503, undefined, 1000],
    [500, undefined, 1000],
    [408, undefined, 1000],
  ])('answers %d is left alone for a while and asked again', async (status, after, waitMs) => {
    const download = await prepare(
      times(1, (response) => {
        if (after) response.setHeader('retry-after', after)
        return send(response, status)
      }),
    )
    expect(await download.run()).toBe(text)
    expect(download.waits).toEqual([waitMs])
  })

  it('asks to come back at a date is left alone until then', async () => {
    const download = await prepare(
      times(1, (response) => {
        response.setHeader('retry-after', new Date(Date.now() + 30_000).toUTCString())
        return send(response, 503)
      }),
    )
    expect(await download.run()).toBe(text)
    const [waited] = download.waits
    expect(waited).toBeGreaterThan(20_000)
    expect(waited).toBeLessThanOrEqual(30_000)
  })

  it('says, being busy, when to come back holds all requests until then, and that is told', async () => {
    const download = await prepare(
      times(1, (response) => {
        response.setHeader('retry-after', '7')
        return send(response, 503)
      }),
    )
    expect(await download.run()).toBe(text)
    expect(download.told).toEqual([{ ms: 7000, isTold: true }, undefined])
  })

  it('asks to come back in an hour is not waited for', async () => {
    const download = await prepare(
      times(always, (response) => {
        response.setHeader('retry-after', '3600')
        return send(response, 503)
      }),
    )
    const error = await failure(download.run())
    expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('3600 s') })
    expect(download.waits).toEqual([])
  })

  it('goes on failing is given up, each time later', async () => {
    const download = await prepare(times(always, (response) => send(response, 502)))
    expect(await failure(download.run())).toMatchObject({ code: 'network', subject: path })
    expect(download.waits).toEqual([1000, 2000, 4000])
  })

  it.each(['before', 'within'])('stands still %s its answer is asked again', async (when) => {
    const download = await prepare(
      times(1, (response) => {
        if (when === 'within') {
          response.writeHead(206)
          response.write(text.slice(0, 10))
        }
        return true
      }),
      chunked,
      1500,
    )
    expect(await download.run()).toBe(text)
    expect(download.waits).not.toEqual([])
  })

  it('stands still each time is given up', async () => {
    const download = await prepare(
      times(always, () => true),
      chunked,
      200,
    )
    const error = await failure(download.run())
    expect(error).toMatchObject({ code: 'network', message: expect.stringContaining('0.2 s') })
  })

  it.each([
    ['less', (part: string) => part.slice(0, -1)],
    ['more', (part: string) => `${part}x`],
  ])('once gives %s than was asked for is asked again', async (_, change) => {
    const download = await prepare(times(1, (response, request) => sendRange(response, request, {}, change)))
    expect(await download.run()).toBe(text)
  })

  it('always gives less than was asked for is asked for the rest at once', async () => {
    const download = await prepare(
      times(always, (response, request) => sendRange(response, request, {}, (part) => part.slice(0, 300))),
    )
    expect(await download.run()).toBe(text)
    expect(download.waits).toEqual([])
  })

  it('always gives more than was asked for is asked for all of it', async () => {
    const download = await prepare(
      times(always, (response, request) => sendRange(response, request, {}, (part) => `${part}x`)),
    )
    expect(await download.run()).toBe(text)
  })

  it.each([true, false])('gives another range, and says so: %s', async (isShown) => {
    const download = await prepare(
      times(always, (response, request) => {
        const range = rangeOf(request)
        if (!range) return false
        const from = range.from === 0 ? 1000 : 0
        const headers = isShown ? { 'content-range': `bytes ${from}-${from + chunk - 1}/${text.length}` } : {}
        response.writeHead(206, headers)
        response.end(text.slice(from, from + range.to + 1 - range.from))
        return true
      }),
      isShown ? chunked : plain,
    )
    const result = await download.run().catch((error: unknown) => error)
    expect(result).toBe(text)
  })

  it('sends elsewhere is followed, ranges and all', async () => {
    const elsewhere = await serveBundle(chunked)
    const download = await prepare((asked, response) => {
      response.writeHead(302, { location: `${elsewhere.url}${asked}` })
      response.end()
      return true
    })
    expect(await download.run()).toBe(text)
    expect(elsewhere.requests.filter((each) => each === path)).toHaveLength(text.length / chunk)
  })

  it('shows a page instead does not have the file', async () => {
    const download = await prepare(times(always, (response) => send(response, 200, '<html>', 'text/html')))
    expect(await failure(download.run())).toMatchObject({ code: 'missing-file', subject: path })
  })

  it('has many files is not asked for more than four at a time, and sees no header but the range', async () => {
    let open = 0
    let most = 0
    const headers = new Set<string>()
    const download = await prepare((_, response, request) => {
      most = Math.max(most, ++open)
      for (const name of Object.keys(request.headers)) headers.add(name)
      response.on('close', () => open--)
      return false
    })
    expect(await download.run()).toBe(text)
    expect(most).toBeLessThanOrEqual(4)
    // What fetch sends by itself, and in Node more than in a browser.
    const own = ['host', 'connection', 'accept', 'accept-language', 'sec-fetch-mode', 'user-agent', 'accept-encoding']
    const byMode = ['pragma', 'cache-control']
    expect([...headers].filter((name) => ![...own, ...byMode].includes(name))).toEqual(['range'])
  })
})
