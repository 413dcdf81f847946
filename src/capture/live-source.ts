import { CaptureError } from '../base/errors.ts'
import { type Clock, systemClock } from './clock.ts'
import { type LiveImage, type OpenFeed, takeInFrames } from './frame-feed.ts'
import { FrameSampler } from './frame-sampler.ts'
import type { LiveFrames, MuteMessage } from './live-frames.ts'
import { Painter, type TimedFrame } from './painter.ts'
import { type PictureState, PictureWatch } from './picture-watch.ts'

/** Two frames one sampling period apart, of one size. */
export interface LivePair {
  /** May share one `rgba` where the picture stood still. */
  readonly frames: readonly [TimedFrame, TimedFrame]
  /** The clock's time when the second frame came in; for how far a reading lags behind. */
  readonly arrivedMs: number
  /** The picture has another size than in the pair before: a phone was turned, a window resized. */
  readonly sizeChanged: boolean
}

export interface LiveSourceOptions {
  readonly framesPerSecond: number
  readonly clock?: Clock
  readonly painter?: Pick<Painter, 'paint'>
  /** Told when the source stops to give a picture and when it gives one again; until then no pair comes. */
  readonly onPicture?: (state: PictureState) => void
}

/** Periods without a new frame after which the picture counts as standing still. */
const stillPeriods = 2
/** Frames dated further back than this come from a clock that was set back; less is the way's unevenness. */
const setBackS = 0.5

type Size = Pick<TimedFrame, 'width' | 'height'>

/** A frame that came in: painted once, if at all, and closed as soon as it is painted or of no more use. */
class Shot {
  private painted: TimedFrame | undefined

  constructor(
    private readonly image: LiveImage,
    readonly timeS: number,
    /** On the capture's own clock. */
    private readonly stampS: number,
    readonly arrivedMs: number,
  ) {}

  paint(painter: Pick<Painter, 'paint'>): TimedFrame {
    if (!this.painted) {
      try {
        this.painted = { ...painter.paint(this.image, this.timeS), stampS: this.stampS }
      } finally {
        this.image.close()
      }
    }
    return this.painted
  }

  close(): void {
    this.image.close()
  }
}

interface Sample {
  readonly frame: TimedFrame
  readonly arrivedMs: number
}

/**
 * The live end of a camera or a screen, in the worker: always the newest pair of frames, and never a queue. Frames of
 * the sampling rate are painted and closed as they come, asked for or not: a camera has few buffers and stands still
 * while two or three are kept. Of all others only the newest is open. A picture that stands still (a screen gives
 * frames only when it changes) is repeated after two periods. Every time that a frame is given is one at which it was
 * on show. While the source gives no picture (see `PictureWatch`) there are no pairs, and none reaches over such a gap.
 */
export class LiveSource {
  private readonly periodS: number
  private readonly clock: Clock
  private readonly painter: Pick<Painter, 'paint'>
  private readonly sampler: FrameSampler
  /** At most two, not yet given away. */
  private held: Sample[] = []
  /** What is on show now. */
  private latest: Shot | undefined
  private sampledMs = 0
  /** The time of the newest sample, s; undefined where none is of the picture on show. */
  private sampledS: number | undefined
  private originMs: number | undefined
  /** Of the newest frame, s. */
  private timeS = 0
  private dropped = 0
  private lastSize: Size | undefined
  private state: { readonly type: 'open' | 'ended' } | { readonly type: 'failed'; readonly error: CaptureError } = {
    type: 'open',
  }
  private wake: () => void = () => undefined
  private readonly feed: OpenFeed
  private readonly watch: PictureWatch
  private readonly mutes: MessagePort | undefined

  constructor(frames: LiveFrames, { framesPerSecond, clock = systemClock, painter, onPicture }: LiveSourceOptions) {
    this.periodS = 1 / framesPerSecond
    this.clock = clock
    this.painter = painter ?? new Painter()
    this.sampler = new FrameSampler(this.periodS)
    const onChange = (state: PictureState) => {
      if (state !== 'there') this.forget()
      onPicture?.(state)
    }
    this.watch = new PictureWatch({ clock, quietMs: frames.quietMs, onChange })
    this.mutes = frames.mutes
    if (frames.mutes) {
      frames.mutes.onmessage = ({ data }: MessageEvent<MuteMessage>) => this.watch.mute(data.isMuted)
    }
    this.feed = takeInFrames(frames, {
      arrive: (image, timeMs) => {
        this.arrive(image, timeMs)
        if (this.state.type === 'open') this.feed.ask()
      },
      end: () => this.end({ type: 'ended' }),
      break: (cause) => this.end({ type: 'failed', error: captureBroken(cause) }),
    })
  }

  /** How many pairs of sampled frames were dropped because they were not requested in time. */
  get passedOver(): number {
    return Math.floor(this.dropped / 2)
  }

  /**
   * The newest pair, at once if there is one, or the next; undefined when the camera or the screen has ended. To be
   * called again only when it has answered.
   *
   * @throws CaptureError `capture-broken`, `no-canvas`, or the reason of an abort
   */
  async nextPair(signal?: AbortSignal): Promise<LivePair | undefined> {
    for (;;) {
      signal?.throwIfAborted()
      if (this.state.type === 'failed') throw this.state.error
      if (this.state.type === 'ended') return undefined
      const [first, second] = this.held
      if (first && second) return this.take(first, second)
      await this.change(signal)
    }
  }

  /** The newest pair, if it is there; after the end of the camera or the screen there is none. */
  pairNow(): LivePair | undefined {
    const [first, second] = this.state.type === 'open' ? this.held : []
    return first && second && this.take(first, second)
  }

  /** Ends this source; the capture itself continues. */
  close(): void {
    this.end({ type: 'ended' })
  }

  private arrive(image: LiveImage, timeMs: number): void {
    if (this.state.type !== 'open') {
      image.close()
      return
    }
    this.watch.arrived()
    if (this.watch.state !== 'there') {
      image.close()
      return
    }
    const timeS = this.dated(timeMs)
    const arrivedMs = this.clock.now()
    const shot = new Shot(image, timeS, timeMs / 1000, arrivedMs)
    const { latest: before } = this
    if (this.sampler.takes(timeS)) {
      if (before) this.holdEarlier(before, timeS)
      // What was held may have ended it all, for want of memory.
      if (this.state.type === 'open') this.hold(shot, timeS, arrivedMs)
    }
    before?.close()
    if (this.state.type !== 'open') {
      image.close()
      return
    }
    this.latest = shot
    // Whoever waits knows of no picture that could stand still.
    if (!before) this.wake()
  }

  /**
   * Times never step back. A frame may be dated a little before the one that it follows, where that was repeated while
   * it was on its way; and the clocks of camera and page may disagree on how long a machine slept.
   */
  private dated(timeMs: number): number {
    this.originMs ??= timeMs
    const aheadS = this.timeS - (timeMs - this.originMs) / 1000
    if (aheadS > setBackS) this.originMs -= aheadS * 1000
    this.timeS = Math.max(this.timeS, (timeMs - this.originMs) / 1000)
    return this.timeS
  }

  /**
   * Over a long gap, the picture that was on show one period before the frame of this time is its partner: not the
   * newest sample, which another picture may have followed.
   */
  private holdEarlier(before: Shot, timeS: number): void {
    if (this.sampledS === undefined || timeS - this.sampledS < stillPeriods * this.periodS) return
    // Somebody waited, or nobody asked: either way it is the gap's and was not passed over.
    if (this.held.length === 1) this.held = []
    this.hold(before, timeS - this.periodS, before.arrivedMs)
  }

  /** There is no picture: what was seen before it went is not shown beside what comes after. */
  private forget(): void {
    this.latest?.close()
    this.latest = undefined
    this.held = []
    this.sampledS = undefined
  }

  /** A pair has one size, so a frame of an older size goes. */
  private hold(shot: Shot, timeS: number, arrivedMs: number): void {
    let frame: TimedFrame
    try {
      frame = { ...shot.paint(this.painter), timeS }
    } catch (cause) {
      this.end({ type: 'failed', error: cause instanceof CaptureError ? cause : captureBroken(cause) })
      return
    }
    const kept = this.held.slice(-1).filter((old) => hasSameSize(old.frame, frame))
    this.dropped += this.held.length - kept.length
    this.held = [...kept, { frame, arrivedMs }]
    this.sampledMs = this.clock.now()
    this.sampledS = timeS
    this.wake()
  }

  /** Resolves at a new sample, at the end, when the picture has stood still for long enough, or at an abort. */
  private async change(signal: AbortSignal | undefined): Promise<void> {
    const periodMs = this.periodS * 1000
    let callOff = () => {}
    const abort = () => this.wake()
    signal?.addEventListener('abort', abort)
    await new Promise<void>((resolve) => {
      this.wake = resolve
      // Frames that are not sampled come in meanwhile, so the time to wait is looked at again.
      const watch = () => {
        const { latest } = this
        if (!latest) return
        const dueMs = Math.max(latest.arrivedMs + stillPeriods * periodMs, this.sampledMs + periodMs)
        const leftMs = dueMs - this.clock.now()
        if (leftMs <= 0) this.repeat(latest)
        else callOff = this.clock.after(leftMs, watch)
      }
      watch()
    })
    this.wake = () => undefined
    signal?.removeEventListener('abort', abort)
    callOff()
  }

  private repeat(shot: Shot): void {
    const arrivedMs = this.clock.now()
    const timeS = Math.max(this.timeS, shot.timeS + (arrivedMs - shot.arrivedMs) / 1000)
    this.timeS = timeS
    this.sampler.take(timeS)
    this.holdEarlier(shot, timeS)
    if (this.state.type === 'open') this.hold(shot, timeS, arrivedMs)
  }

  private take(first: Sample, second: Sample): LivePair {
    this.held = []
    const { frame, arrivedMs } = second
    const frames = [first.frame, frame] as const
    const sizeChanged = this.lastSize !== undefined && !hasSameSize(this.lastSize, frame)
    this.lastSize = { width: frame.width, height: frame.height }
    return { frames, arrivedMs, sizeChanged }
  }

  private end(state: LiveSource['state']): void {
    if (this.state.type !== 'open') return
    this.state = state
    this.latest?.close()
    this.held = []
    this.latest = undefined
    this.watch.stop()
    this.mutes?.close()
    this.feed.disconnect()
    this.wake()
  }
}

function hasSameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}

export function captureBroken(cause?: unknown): CaptureError {
  return new CaptureError({
    code: 'capture-broken',
    message: 'The picture of the camera or the screen ended unexpectedly.',
    action: 'Start the camera or the sharing again.',
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}
