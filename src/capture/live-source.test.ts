import { describe, expect, it } from 'vitest'
import type { LiveFrameMessage, LiveFrameRequest } from './live-frames.ts'
import { LiveSource } from './live-source.ts'
import type { TimedFrame } from './painter.ts'
import { FakeClock, FakeFrame, painter, settle, liveSetUp as setUp } from './testing/fake-live.ts'

const seen = (pair: Awaited<ReturnType<LiveSource['nextPair']>>) =>
  pair?.frames.map(({ rgba, timeS }) => [rgba[0], Number(timeS.toFixed(3))])

describe('LiveSource', () => {
  it('gives frames one period apart, and closes all others', async () => {
    const { source, arrive, open, sent } = setUp()
    const before = painter.painted
    const pair = source.nextPair()
    for (let i = 0; i <= 15; i++) await arrive(i * 100)
    expect(seen(await pair)).toEqual([
      [0, 0],
      [5, 0.5],
    ])
    expect(seen(await source.nextPair())).toEqual([
      [10, 1],
      [15, 1.5],
    ])
    expect(painter.painted - before).toBe(4)
    expect(sent).toHaveLength(16)
    expect(open()).toEqual([])
    expect(source.passedOver).toBe(0)
  })

  it('never holds more than one frame open, gives the newest pair and counts those passed over', async () => {
    const { source, arrive, open } = setUp()
    for (let i = 0; i <= 43; i++) {
      await arrive(i * 100)
      expect(open().length).toBeLessThanOrEqual(1)
    }
    expect(open()).toEqual([43])
    expect(seen(await source.nextPair())).toEqual([
      [35, 3.5],
      [40, 4],
    ])
    // Sampled were 0, 5, ... 40: nine, of which seven were dropped.
    expect(source.passedOver).toBe(3)
    expect(open()).toEqual([43])
  })

  it('gives the newest pair at once, or none, and none after its end', async () => {
    const { source, arrive } = setUp()
    expect(source.pairNow()).toBeUndefined()
    for (let i = 0; i <= 12; i++) await arrive(i * 100)
    expect(seen(source.pairNow())).toEqual([
      [5, 0.5],
      [10, 1],
    ])
    expect(source.pairNow()).toBeUndefined()
    for (let i = 13; i <= 20; i++) await arrive(i * 100)
    source.close()
    expect(source.pairNow()).toBeUndefined()
  })

  it('stamps a frame with the capture’s own time, and its repetitions as well', async () => {
    const { source, arrive, clock } = setUp()
    const stamps = (pair: Awaited<ReturnType<LiveSource['nextPair']>>) =>
      pair?.frames.map(({ rgba, stampS }) => [rgba[0], stampS])
    for (const atMs of [0, 250, 500]) await arrive(atMs)
    expect(stamps(await source.nextPair())).toEqual([
      [0, 5],
      [2, 5.5],
    ])
    const still = source.nextPair()
    await clock.advance(3000)
    expect(stamps(await still)).toEqual([
      [2, 5.5],
      [2, 5.5],
    ])
  })

  it('tells when the second frame of a pair came in', async () => {
    const { source, arrive, clock } = setUp()
    await arrive(0)
    await arrive(500)
    await clock.advance(700)
    expect((await source.nextPair())?.arrivedMs).toBe(500)
  })

  it('takes frames of a jittering camera at an even rate', async () => {
    const { source, arrive } = setUp()
    const times: number[] = []
    const collect = (async () => {
      for (let pair = await source.nextPair(); pair; pair = await source.nextPair()) {
        times.push(...pair.frames.map(({ timeS }) => timeS))
        if (times.length >= 16) return
      }
    })()
    for (let i = 0; i < 300; i++) await arrive(i * 33 + ((i * 7) % 20))
    await collect
    for (const [i, time] of times.entries()) expect(Math.abs(time - i * 0.5)).toBeLessThan(0.1)
  })

  it('waits for a slow camera and repeats no frame', async () => {
    const { source, arrive } = setUp()
    const pair = source.nextPair()
    await arrive(0)
    await arrive(900)
    expect(seen(await pair)).toEqual([
      [0, 0],
      [1, 0.9],
    ])
  })

  it('repeats a picture that stands still, after two periods and then at every period', async () => {
    const { source, arrive, clock } = setUp()
    const first = source.nextPair()
    await arrive(0)
    await clock.advance(999)
    let isDone = false
    void first.then(() => {
      isDone = true
    })
    await settle()
    expect(isDone).toBe(false)
    await clock.advance(1000)
    expect(seen(await first)).toEqual([
      [0, 0.5],
      [0, 1],
    ])
    const second = source.nextPair()
    await clock.advance(2000)
    expect(seen(await second)).toEqual([
      [0, 1.5],
      [0, 2],
    ])
    // The picture moves again, at the sampling's own pace.
    const third = source.nextPair()
    await arrive(2100)
    await arrive(2500)
    await arrive(3000)
    expect(seen(await third)).toEqual([
      [2, 2.5],
      [3, 3],
    ])
    expect(clock.waiting).toBe(0)
  })

  it('shows the last of a burst when the picture then stands still', async () => {
    const { source, arrive, clock, open } = setUp()
    for (const atMs of [0, 50, 100, 150]) await arrive(atMs)
    expect(open()).toEqual([3])
    const pair = source.nextPair()
    await clock.advance(1150)
    expect(seen(await pair)).toEqual([
      [3, 0.65],
      [3, 1.15],
    ])
  })

  it('dates the first picture of a pair by when it was still on show', async () => {
    const { source, arrive } = setUp()
    await arrive(0)
    await arrive(10_000)
    expect(seen(await source.nextPair())).toEqual([
      [0, 9.5],
      [1, 10],
    ])
  })

  it.each([
    ['the page’s clock ran on, the camera’s stood still', 3_600_000, 0],
    ['both ran on', 3_600_000, 3_600_000],
    ['the camera’s was set back', 0, -1_500],
  ])('goes on after a sleep with times that never step back: %s', async (_, pageMs, cameraMs) => {
    const { clock, stream, source, arrive } = setUp()
    const times: number[] = []
    const note = (pair: Awaited<ReturnType<LiveSource['nextPair']>>) => {
      times.push(...(pair?.frames.map(({ timeS }) => timeS) ?? []))
    }
    for (const atMs of [0, 500, 1000, 1500]) await arrive(atMs)
    note(await source.nextPair())
    // A picture that stood still over the sleep is repeated by the page's clock.
    const asleep = source.nextPair()
    await clock.advance(1500 + pageMs + 2200)
    note(await asleep)
    for (const step of [0, 500, 1000, 1500]) {
      await clock.advance(1500 + pageMs + 3000 + step)
      const frame = new FakeFrame(9, 5e6 + (1500 + cameraMs + 3000 + step) * 1000)
      stream.controller?.enqueue(frame as unknown as VideoFrame)
      await settle()
    }
    note(await source.nextPair())
    expect(times.length).toBe(6)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(clock.waiting).toBe(0)
  })

  it('reports a new size and mixes no sizes in a pair', async () => {
    const { source, arrive, open } = setUp()
    await arrive(0)
    await arrive(500)
    expect((await source.nextPair())?.sizeChanged).toBe(false)
    await arrive(1000)
    await arrive(1500, [3, 4])
    expect(open()).toEqual([])
    await arrive(2000, [3, 4])
    const turned = await source.nextPair()
    expect(seen(turned)).toEqual([
      [3, 1.5],
      [4, 2],
    ])
    expect(turned?.sizeChanged).toBe(true)
    await arrive(2500, [3, 4])
    await arrive(3000, [3, 4])
    expect((await source.nextPair())?.sizeChanged).toBe(false)
  })

  it('ends with the stream, and closes what it holds', async () => {
    const { source, arrive, stream, open, clock } = setUp()
    const pair = source.nextPair()
    await arrive(0)
    await arrive(100)
    stream.controller?.close()
    expect(await pair).toBeUndefined()
    expect(await source.nextPair()).toBeUndefined()
    expect(open()).toEqual([])
    expect(clock.waiting).toBe(0)
  })

  it('says when the stream breaks', async () => {
    const { source, stream } = setUp()
    const pair = source.nextPair()
    stream.controller?.error(new Error('gone'))
    await expect(pair).rejects.toMatchObject({ code: 'capture-broken', recoverable: true })
  })

  it('says when a frame cannot be painted, and closes it', async () => {
    const clock = new FakeClock()
    const frame = new FakeFrame(0, 0)
    const readable = new ReadableStream<VideoFrame>({
      start: (controller) => controller.enqueue(frame as unknown as VideoFrame),
    })
    const broken = {
      paint: (): TimedFrame => {
        throw new Error('no memory')
      },
    }
    const source = new LiveSource({ type: 'stream', readable }, { framesPerSecond: 2, clock, painter: broken })
    await expect(source.nextPair()).rejects.toMatchObject({ code: 'capture-broken' })
    expect(frame.isClosed).toBe(true)
  })

  it('stops waiting at an abort and can be asked again', async () => {
    const { source, arrive, clock } = setUp()
    const controller = new AbortController()
    const pair = source.nextPair(controller.signal)
    await arrive(0)
    controller.abort(new DOMException('Stopped.', 'AbortError'))
    await expect(pair).rejects.toMatchObject({ name: 'AbortError' })
    expect(clock.waiting).toBe(0)
    await arrive(500)
    expect(seen(await source.nextPair())).toEqual([
      [0, 0],
      [1, 0.5],
    ])
  })

  it('lets go of the stream when closed', async () => {
    const { source, arrive, stream, open } = setUp()
    await arrive(0)
    source.close()
    await settle()
    expect(stream.cancelled).toBe(true)
    expect(open()).toEqual([])
    expect(await source.nextPair()).toBeUndefined()
  })
})

/** The worker's end of a port. */
class FakePort {
  onmessage: ((event: { readonly data: unknown }) => void) | null = null
  readonly posted: LiveFrameRequest[] = []
  isClosed = false

  postMessage(message: LiveFrameRequest): void {
    this.posted.push(message)
  }
  close(): void {
    this.isClosed = true
  }
  receive(frame: FakeFrame): void {
    this.onmessage?.({ data: { type: 'frame', image: frame, timeMs: frame.timestamp / 1000 } })
  }
}

describe('LiveSource over a port', () => {
  it('asks for one frame at a time, and ends with the page', async () => {
    const port = new FakePort()
    const frames = { type: 'port', port: port as unknown as MessagePort } as const
    const source = new LiveSource(frames, { framesPerSecond: 2, painter, clock: new FakeClock() })
    const pair = source.nextPair()
    expect(port.posted).toEqual([{ type: 'ready' }])
    port.receive(new FakeFrame(0, 7e6))
    expect(port.posted).toHaveLength(2)
    port.receive(new FakeFrame(1, 7.5e6))
    expect(seen(await pair)).toEqual([
      [0, 0],
      [1, 0.5],
    ])
    expect(port.posted).toHaveLength(3)
    port.onmessage?.({ data: { type: 'end' } satisfies LiveFrameMessage })
    expect(await source.nextPair()).toBeUndefined()
    expect(port.isClosed).toBe(true)
    const late = new FakeFrame(2, 8e6)
    port.receive(late)
    expect(late.isClosed).toBe(true)
    expect(port.posted).toHaveLength(3)
  })
})
