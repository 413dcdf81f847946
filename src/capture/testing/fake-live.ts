import type { Clock } from '../clock.ts'
import type { MuteMessage } from '../live-frames.ts'
import { LiveSource } from '../live-source.ts'
import type { TimedFrame } from '../painter.ts'
import type { PictureState } from '../picture-watch.ts'

/** A frame that knows its number and whether it was closed. */
export class FakeFrame {
  isClosed = false
  constructor(
    readonly number: number,
    readonly timestamp: number,
    readonly displayWidth = 4,
    readonly displayHeight = 3,
  ) {}
  close(): void {
    this.isClosed = true
  }
}

export class FakeClock implements Clock {
  private timeMs = 0
  private readonly timers = new Set<{ readonly atMs: number; readonly callback: () => void }>()

  now(): number {
    return this.timeMs
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { atMs: this.timeMs + ms, callback }
    this.timers.add(timer)
    return () => this.timers.delete(timer)
  }

  async advance(toMs: number): Promise<void> {
    await settle()
    for (;;) {
      const next = [...this.timers].filter(({ atMs }) => atMs <= toMs).sort((a, b) => a.atMs - b.atMs)[0]
      if (!next) break
      this.timers.delete(next)
      this.timeMs = next.atMs
      next.callback()
      await settle()
    }
    this.timeMs = toMs
  }

  get waiting(): number {
    return this.timers.size
  }
}

/** Lets everything that can go on do so. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}

/** The worker's end of the port by which it hears that a track is muted. */
export class FakeMutes {
  onmessage: ((event: { readonly data: MuteMessage }) => void) | null = null
  isClosed = false

  close(): void {
    this.isClosed = true
  }
  say(isMuted: boolean): void {
    this.onmessage?.({ data: { isMuted } })
  }
}

interface LiveSetUp {
  /** As a camera's; a screen has none. */
  readonly quietMs?: number
}

/** A painted frame carries its number in its first byte. */
export const painter = {
  painted: 0,
  paint(image: unknown, timeS: number): TimedFrame {
    const { number, isClosed, displayWidth: width, displayHeight: height } = image as FakeFrame
    if (isClosed) throw new Error(`frame ${number} is closed`)
    this.painted++
    return { width, height, rgba: new Uint8ClampedArray([number]), timeS }
  },
}

export function liveSetUp(framesPerSecond = 2, options: LiveSetUp = {}) {
  const clock = new FakeClock()
  const sent: FakeFrame[] = []
  const stream = { controller: undefined as ReadableStreamDefaultController<VideoFrame> | undefined, cancelled: false }
  const readable = new ReadableStream<VideoFrame>({
    start: (controller) => {
      stream.controller = controller
    },
    cancel: () => {
      stream.cancelled = true
    },
  })
  const mutes = new FakeMutes()
  const states: PictureState[] = []
  const { quietMs } = options
  const source = new LiveSource(
    {
      type: 'stream',
      readable,
      mutes: mutes as unknown as MessagePort,
      ...(quietMs === undefined ? {} : { quietMs }),
    },
    { framesPerSecond, clock, painter, onPicture: (state) => states.push(state) },
  )
  /** A frame comes at this time; frames count from a moment of the camera's own. */
  async function arrive(atMs: number, size: readonly [number, number] = [4, 3]): Promise<void> {
    await clock.advance(atMs)
    const frame = new FakeFrame(sent.length, 5e6 + atMs * 1000, ...size)
    sent.push(frame)
    stream.controller?.enqueue(frame as unknown as VideoFrame)
    await settle()
  }
  /** A frame that began to be on show at one time comes at another. */
  async function arriveDated(atMs: number, shownMs: number): Promise<void> {
    await clock.advance(atMs)
    const frame = new FakeFrame(sent.length, 5e6 + shownMs * 1000)
    sent.push(frame)
    stream.controller?.enqueue(frame as unknown as VideoFrame)
    await settle()
  }
  const open = () => sent.filter(({ isClosed }) => !isClosed).map(({ number }) => number)
  return { clock, sent, stream, source, arrive, arriveDated, open, mutes, states }
}
