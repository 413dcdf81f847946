import { describe, expect, it } from 'vitest'
import { NewestFrame } from './newest-frame.ts'
import type { PictureState } from './picture-watch.ts'
import { FakeClock, FakeFrame, FakeMutes, painter, settle } from './testing/fake-live.ts'

function setUp(quietMs?: number) {
  const clock = new FakeClock()
  const sent: FakeFrame[] = []
  let controller: ReadableStreamDefaultController<VideoFrame> | undefined
  const stream = { isCancelled: false }
  const readable = new ReadableStream<VideoFrame>({
    start: (own) => {
      controller = own
    },
    cancel: () => {
      stream.isCancelled = true
    },
  })
  const mutes = new FakeMutes()
  const states: PictureState[] = []
  const newest = new NewestFrame(
    { type: 'stream', readable, mutes: mutes as unknown as MessagePort, ...(quietMs ? { quietMs } : {}) },
    { mostPerSecond: 30, mostPixels: 1e6, clock, painter, onPicture: (state) => states.push(state) },
  )
  async function arrive(atMs: number): Promise<void> {
    await clock.advance(atMs)
    const frame = new FakeFrame(sent.length, 7e6 + atMs * 1000)
    sent.push(frame)
    controller?.enqueue(frame as unknown as VideoFrame)
    await settle()
  }
  const seen = async () => {
    const frame = await newest.next()
    return frame && [frame.rgba[0], frame.timeS, frame.stampS]
  }
  const open = () => sent.filter(({ isClosed }) => !isClosed).map(({ number }) => number)
  return { clock, newest, arrive, seen, open, mutes, states, stream, controller: () => controller }
}

describe('NewestFrame', () => {
  it('gives the newest at once, stamped by the capture, and forgets what came before', async () => {
    const { arrive, seen, open } = setUp()
    for (const atMs of [0, 100, 200]) await arrive(atMs)
    expect(open()).toEqual([2])
    expect(await seen()).toEqual([2, 7.2, 7.2])
    expect(open()).toEqual([])
    const next = seen()
    await arrive(300)
    expect(await next).toEqual([3, 7.3, 7.3])
  })

  it('paints nothing that nobody asks for', async () => {
    const { arrive, seen } = setUp()
    const before = painter.painted
    for (let i = 0; i < 20; i++) await arrive(i * 33)
    await seen()
    expect(painter.painted - before).toBe(1)
  })

  it('takes every frame of an uneven camera at thirty a second, and every second one at sixty', async () => {
    for (const [times, count] of [
      [Array.from({ length: 12 }, (_, i) => i * 33 + (i % 2) * 6), 12],
      [Array.from({ length: 12 }, (_, i) => i * 16.7), 6],
    ] as const) {
      const { arrive, newest } = setUp()
      let taken = 0
      void (async () => {
        while (await newest.next()) taken++
      })()
      for (const atMs of times) await arrive(atMs)
      expect(taken).toBe(count)
      newest.close()
    }
  })

  it('gives none while the camera is muted or silent, and goes on afterwards', async () => {
    const { arrive, seen, open, mutes, states, clock } = setUp(2000)
    await arrive(0)
    mutes.say(true)
    expect(open()).toEqual([])
    await arrive(100)
    expect(open()).toEqual([])
    mutes.say(false)
    const next = seen()
    await arrive(200)
    expect(await next).toEqual([2, 7.2, 7.2])
    await clock.advance(5000)
    await arrive(5100)
    expect(states).toEqual(['muted', 'there', 'silent', 'there'])
  })

  it('ends with the stream, also for whoever waits', async () => {
    const { newest, controller } = setUp()
    const next = newest.next()
    controller()?.close()
    expect(await next).toBeUndefined()
    expect(await newest.next()).toBeUndefined()
    const other = setUp()
    await other.arrive(0)
    const { stream } = other
    other.newest.close()
    await settle()
    expect(stream.isCancelled).toBe(true)
    expect(other.open()).toEqual([])
  })

  it('says when the stream breaks', async () => {
    const { newest, controller } = setUp()
    const next = newest.next()
    controller()?.error(new Error('gone'))
    await expect(next).rejects.toMatchObject({ code: 'capture-broken' })
  })

  it('asks a port for one frame at a time, when the one before was taken', async () => {
    const posted: unknown[] = []
    const port = {
      onmessage: null as ((event: { readonly data: unknown }) => void) | null,
      postMessage: (message: unknown) => void posted.push(message),
      close: () => undefined,
    }
    const newest = new NewestFrame(
      { type: 'port', port: port as unknown as MessagePort },
      { mostPerSecond: 30, mostPixels: 1e6, painter, clock: new FakeClock() },
    )
    expect(posted).toHaveLength(1)
    port.onmessage?.({ data: { type: 'frame', image: new FakeFrame(5, 0), timeMs: 250 } })
    expect(posted).toHaveLength(1)
    expect((await newest.next())?.stampS).toBe(0.25)
    expect(posted).toHaveLength(2)
    // Too soon after the one before.
    port.onmessage?.({ data: { type: 'frame', image: new FakeFrame(6, 0), timeMs: 255 } })
    expect(posted).toHaveLength(3)
    port.onmessage?.({ data: { type: 'end' } })
    expect(await newest.next()).toBeUndefined()
  })
})
