import type { CaptureError } from '../base/errors.ts'
import { type Clock, systemClock } from './clock.ts'
import { type LiveImage, type OpenFeed, takeInFrames } from './frame-feed.ts'
import type { LiveFrames, MuteMessage } from './live-frames.ts'
import { captureBroken } from './live-source.ts'
import { Painter, type TimedFrame } from './painter.ts'
import { type PictureState, PictureWatch } from './picture-watch.ts'

export interface NewestFrameOptions {
  /** Frames that follow each other faster are passed over. */
  readonly mostPerSecond: number
  /** Larger frames are drawn smaller. */
  readonly mostPixels: number
  readonly clock?: Clock
  readonly painter?: Pick<Painter, 'paint'>
  /** Told when the source stops to give a picture and when it gives one again; until then no frame comes. */
  readonly onPicture?: (state: PictureState) => void
}

/** Of the shortest time between two frames that are taken: a camera is not even. */
const unevenness = 0.7

/**
 * The newest frame of a camera or a screen, whenever somebody is ready for one: never a queue, and one open frame at most.
 * A frame is painted only when it is asked for. Its `timeS` is its stamp, on the capture's own clock.
 */
export class NewestFrame {
  private readonly painter: Pick<Painter, 'paint'>
  private readonly leastGapMs: number
  private readonly mostPixels: number
  private readonly feed: OpenFeed
  private readonly watch: PictureWatch
  private readonly mutes: MessagePort | undefined
  private newest: { readonly image: LiveImage; readonly timeMs: number } | undefined
  private givenMs = Number.NEGATIVE_INFINITY
  private state: { readonly type: 'open' | 'ended' } | { readonly type: 'failed'; readonly error: CaptureError } = {
    type: 'open',
  }
  private wake: () => void = () => undefined

  constructor(frames: LiveFrames, options: NewestFrameOptions) {
    const { mostPerSecond, mostPixels, clock = systemClock, painter = new Painter(), onPicture } = options
    this.painter = painter
    this.mostPixels = mostPixels
    this.leastGapMs = (1000 / mostPerSecond) * unevenness
    const onChange = (state: PictureState) => {
      if (state !== 'there' && this.drop()) this.feed.ask()
      onPicture?.(state)
    }
    this.watch = new PictureWatch({ clock, quietMs: frames.quietMs, onChange })
    this.mutes = frames.mutes
    if (frames.mutes) {
      frames.mutes.onmessage = ({ data }: MessageEvent<MuteMessage>) => this.watch.mute(data.isMuted)
    }
    this.feed = takeInFrames(frames, {
      arrive: (image, timeMs) => this.arrive(image, timeMs),
      end: () => this.end({ type: 'ended' }),
      break: (cause) => this.end({ type: 'failed', error: captureBroken(cause) }),
    })
  }

  /**
   * The newest frame, at once if there is one that was not given yet, or the next; undefined when the camera or the screen
   * has ended. To be called again only when it has answered.
   *
   * @throws CaptureError `capture-broken`, `no-canvas`
   */
  async next(): Promise<TimedFrame | undefined> {
    while (this.state.type === 'open' && !this.newest) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    if (this.state.type === 'failed') throw this.state.error
    const { newest } = this
    if (!newest) return undefined
    this.newest = undefined
    this.givenMs = newest.timeMs
    const stampS = newest.timeMs / 1000
    try {
      return { ...this.painter.paint(newest.image, stampS, this.mostPixels), stampS }
    } finally {
      newest.image.close()
      this.feed.ask()
    }
  }

  /** Ends it; the capture itself continues. */
  close(): void {
    this.end({ type: 'ended' })
  }

  private arrive(image: LiveImage, timeMs: number): void {
    if (this.state.type === 'open') this.watch.arrived()
    // A clock that was set back is no reason to wait for it.
    const gapMs = Math.abs(timeMs - this.givenMs)
    if (this.state.type !== 'open' || this.watch.state !== 'there' || gapMs < this.leastGapMs) {
      image.close()
      if (this.state.type === 'open') this.feed.ask()
      return
    }
    this.drop()
    this.newest = { image, timeMs }
    this.wake()
  }

  /** Whether there was one. */
  private drop(): boolean {
    const { newest } = this
    newest?.image.close()
    this.newest = undefined
    return newest !== undefined
  }

  private end(state: NewestFrame['state']): void {
    if (this.state.type !== 'open') return
    this.state = state
    this.drop()
    this.watch.stop()
    this.mutes?.close()
    this.feed.disconnect()
    this.wake()
  }
}
