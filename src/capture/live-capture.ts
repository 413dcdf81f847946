import type { CaptureError } from '../errors.ts'
import { type LiveFeed, type LiveFramesOptions, liveFrames } from './live-frames.ts'

export interface LiveCaptureDetails {
  readonly stream: MediaStream
  readonly track: MediaStreamTrack
  /** A camera that faces the person is shown as a mirror. */
  readonly isMirrored: boolean
  /** Why it ended, when it ended by itself. */
  readonly ended: () => CaptureError
  /** Told once, when the capture ends other than by `stop`. */
  readonly onEnded?: ((error: CaptureError) => void) | undefined
}

/** A camera or a screen while it is being captured. It lasts until `stop`, or until the source goes away. */
export class LiveCapture {
  /** For a preview. */
  readonly stream: MediaStream
  /** The camera's or the window's name; empty where the browser keeps it to itself. */
  readonly label: string
  readonly deviceId: string | undefined
  readonly isMirrored: boolean
  private readonly stopped = new AbortController()

  constructor({ stream, track, isMirrored, ended, onEnded }: LiveCaptureDetails) {
    this.stream = stream
    this.label = track.label
    this.deviceId = track.getSettings().deviceId
    this.isMirrored = isMirrored
    const { signal } = this.stopped
    track.addEventListener(
      'ended',
      () => {
        this.stop()
        onEnded?.(ended())
      },
      { signal },
    )
  }

  /** Frames for a worker. May be called again, for a new worker; every feed ends with the capture. */
  frames(options: Omit<LiveFramesOptions, 'signal'>): LiveFeed {
    return liveFrames(this.stream, { ...options, signal: this.stopped.signal })
  }

  /** Ends the capture and every feed of it: the browser's own sign of recording goes out. */
  stop(): void {
    this.stopped.abort()
    for (const track of this.stream.getTracks()) track.stop()
  }
}
