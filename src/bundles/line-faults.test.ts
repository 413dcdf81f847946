import { describe, expect, it } from 'vitest'
import { recordFault } from '../../scripts/fault-table.ts'
import { type Answer, rangeOf, send } from './testing/bundle-server.ts'
import {
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

describe('a line that', () => {
  it.each([
    ['chunks with hashes', chunked],
    ['one chunk', plain],
  ])('is cut at 70 %% goes on from there: %s', async (_, bundle) => {
    let sent = 0
    let isCut = false
    const cut = text.length * 0.7
    const download = await prepare((asked, response, request) => {
      const range = rangeOf(request)
      if (asked !== path || !range || isCut) return false
      const room = cut - sent
      if (range.to + 1 - range.from <= room) {
        sent += range.to + 1 - range.from
        return false
      }
      isCut = true
      return cutAfter(room)(response, request)
    }, bundle)
    const asked: number[] = []
    download.server.answer = (
      (answer) =>
      (...of: Parameters<Answer>) => {
        const range = rangeOf(of[2])
        if (of[0] === path && range) asked.push(range.to + 1 - range.from)
        return answer(...of)
      }
    )(download.server.answer)
    expect(await download.run()).toBe(text)
    expect(isCut).toBe(true)
    recordFault({
      fault: 'network cut at 70 %',
      injected: `connection destroyed after ${cut} of ${text.length} bytes of a file, ${_}`,
      outcome: 'resumed',
      kept: `${cut} of ${text.length} bytes; ${asked.at(-1)} were asked for again`,
    })
    expect(asked.reduce((sum, bytes) => sum + bytes, 0)).toBe(
      text.length + (text.length - cut) - (bundle === chunked ? 1000 : 0),
    )
  })

  it.each([
    ['chunks with hashes', chunked],
    ['one chunk', plain],
  ])('breaks after the last byte leaves nothing to ask for: %s', async (_, bundle) => {
    const download = await prepare((asked, response, request) => {
      const range = rangeOf(request)
      if (asked !== path || !range) return false
      response.writeHead(206, { 'content-range': `bytes ${range.from}-${range.to}/${text.length}` })
      response.write(text.slice(range.from, range.to + 1), () => response.destroy())
      return true
    }, bundle)
    expect(await download.run()).toBe(text)
    expect(download.asked()).toBe(bundle === chunked ? text.length / chunk : 1)
  })

  it('changes a byte once: that chunk alone comes again', async () => {
    let flips = 0
    const flip = (part: string) => `Z${part.slice(1)}`
    const download = await prepare((asked, response, request) => {
      if (asked !== path || rangeOf(request)?.from !== 2000 || flips > 0) return false
      flips++
      return sendRange(response, request, {}, flip)
    })
    expect(await download.run()).toBe(text)
    expect(download.asked()).toBe(text.length / chunk + 1)
    recordFault({
      fault: 'flipped byte',
      injected: 'one byte of one answer',
      outcome: 'recovered',
      kept: `${text.length - chunk} of ${text.length} bytes; one chunk of ${chunk} came again`,
    })
  })

  it('changes a byte once of a file without hashes of chunks: the file comes again', async () => {
    const download = await prepare(
      times(1, (response, request) => sendRange(response, request, {}, (part) => `Z${part.slice(1)}`)),
      plain,
    )
    expect(await download.run()).toBe(text)
    expect(download.asked()).toBe(2)
  })

  it.each([
    ['wrong-hash', 'the same byte', () => 'Z', chunked],
    ['wrong-hash', 'the same byte', () => 'Z', plain],
    ['changed-in-transit', 'another byte', (time: number) => 'XYZ'[time % 3], chunked],
    ['changed-in-transit', 'another byte', (time: number) => 'XYZ'[time % 3], plain],
  ])('%s: %s is wrong each time', async (code, _, wrong, bundle) => {
    let time = 0
    const download = await prepare((asked, response, request) => {
      if (asked !== path) return false
      const range = rangeOf(request) ?? { from: 0, to: text.length - 1 }
      if (range.from !== 0) return false
      const body = wrong(time++) + text.slice(1, range.to + 1)
      return rangeOf(request) ? sendRange(response, request, {}, () => body) : send(response, 200, body)
    }, bundle)
    const error = await failure(download.run())
    expect(error).toMatchObject({ code, subject: path })
    expect(error.message).toMatch(code === 'wrong-hash' ? /^The server’s/ : /between the server and this browser/)
    recordFault({
      fault: 'flipped byte',
      injected: `${_} in every answer, ${bundle === chunked ? 'chunks with hashes' : 'without hashes of chunks'}`,
      outcome: 'refused',
      kept: `every other file; the fault is named: ${code}`,
    })
  })
})
