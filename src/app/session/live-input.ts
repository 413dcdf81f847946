import type { LiveCapture } from '../../capture/live-capture.ts'
import type { LiveFeed } from '../../capture/live-frames.ts'

/** The capture of the camera, screen or drawn face on show, and the feed of its frames to the worker. */
export class LiveInput {
  private capture: LiveCapture | undefined
  private feed: LiveFeed | undefined

  /** Whether the browser or the system gives no picture of it at the moment. */
  get isMuted(): boolean {
    return this.capture?.isMuted ?? false
  }

  isOf(capture: LiveCapture | undefined): boolean {
    return capture !== undefined && capture === this.capture
  }

  take(capture: LiveCapture): void {
    this.capture = capture
  }

  /** Frames for a reading, in place of the feed for the reading before; undefined where nothing is captured. */
  feedAt(framesPerSecond: number): LiveFeed | undefined {
    this.feed?.stop()
    this.feed = this.capture?.frames({ framesPerSecond })
    return this.feed
  }

  end(): void {
    this.feed?.stop()
    this.feed = undefined
    this.capture?.stop()
    this.capture = undefined
  }
}
