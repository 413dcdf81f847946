import type { CaptureError } from '../base/errors.ts'
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
  /** Told whenever the browser or the system mutes it, which then gives no picture, or unmutes it. */
  readonly onMuted?: ((isMuted: boolean) => void) | undefined
  /** Without a frame for so long it gives no picture. Default: its picture then stands still. */
  readonly quietMs?: number
}

/** A camera or a screen while it is being captured. It lasts until `stop`, or until the source goes away. */
export class LiveCapture {
  /** For a preview. */
  readonly stream: MediaStream
  /** The camera's or the window's name; empty where the browser keeps it to itself. */
  readonly label: string
  readonly deviceId: string | undefined
  readonly isMirrored: boolean
  private readonly track: MediaStreamTrack
  private readonly quietMs: number | undefined
  private readonly stopped = new AbortController()

  constructor({ stream, track, isMirrored, ended, onEnded, onMuted, quietMs }: LiveCaptureDetails) {
    this.stream = stream
    this.track = track
    this.quietMs = quietMs
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
    track.addEventListener('mute', () => onMuted?.(true), { signal })
    track.addEventListener('unmute', () => onMuted?.(false), { signal })
  }

  /** Whether the browser or the system gives no picture of it at the moment. */
  get isMuted(): boolean {
    return this.track.muted
  }

  /** Frames for a worker. May be called again, for a new worker; every feed ends with the capture. */
  frames(options: Omit<LiveFramesOptions, 'signal' | 'quietMs'>): LiveFeed {
    return liveFrames(this.stream, { ...options, quietMs: this.quietMs, signal: this.stopped.signal })
  }

  /** Ends the capture and every feed of it: the browser's own sign of recording goes out. */
  stop(): void {
    this.stopped.abort()
    for (const track of this.stream.getTracks()) track.stop()
  }
}
