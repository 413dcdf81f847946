import type { Clock } from './clock.ts'

/** Whether a live source gives a picture: `muted` by the browser or the system, or `silent`, which gives no frames. */
export type PictureState = 'there' | 'muted' | 'silent'

export interface PictureWatchOptions {
  readonly clock: Clock
  /**
   * Without a frame for so long the source counts as silent; a camera that was slower before is given longer. Default:
   * never, for a screen gives no frames while nothing on it changes.
   */
  readonly quietMs?: number | undefined
  /** Told at every change. */
  readonly onChange: (state: PictureState) => void
}

/** A camera is as slow as the shortest of its last intervals between two frames. */
const intervalsKept = 3
/** Times such an interval, where that is more than `quietMs`. */
const slowPatience = 2.5

/** Notices when a camera stops to give a picture, and when it gives one again. */
export class PictureWatch {
  private readonly clock: Clock
  private readonly quietMs: number | undefined
  private readonly onChange: (state: PictureState) => void
  private isMuted = false
  private isSilent = false
  private told: PictureState = 'there'
  private lastMs: number
  private hasFrame = false
  private intervalsMs: readonly number[] = []
  private callOff = () => {}

  constructor({ clock, quietMs, onChange }: PictureWatchOptions) {
    this.clock = clock
    this.quietMs = quietMs
    this.onChange = onChange
    this.lastMs = clock.now()
    this.watch()
  }

  get state(): PictureState {
    if (this.isMuted) return 'muted'
    return this.isSilent ? 'silent' : 'there'
  }

  /** Notes a frame. Frames of a muted source do not count as a picture. */
  arrived(): void {
    const nowMs = this.clock.now()
    if (this.hasFrame) this.intervalsMs = [...this.intervalsMs, nowMs - this.lastMs].slice(-intervalsKept)
    this.hasFrame = true
    this.lastMs = nowMs
    if (!this.isSilent) return
    this.isSilent = false
    this.tell()
    this.watch()
  }

  mute(isMuted: boolean): void {
    if (isMuted === this.isMuted) return
    this.isMuted = isMuted
    // The time that it was muted is no interval of the camera's, and it is given time for its first frame.
    this.hasFrame = false
    this.lastMs = this.clock.now()
    this.isSilent = false
    this.tell()
    this.watch()
  }

  /** The source has ended: no picture is expected any more. */
  stop(): void {
    this.callOff()
    this.isMuted = false
    this.isSilent = false
    this.tell()
  }

  private tell(): void {
    const { state } = this
    if (state === this.told) return
    this.told = state
    this.onChange(state)
  }

  private watch(): void {
    this.callOff()
    const { quietMs } = this
    if (quietMs === undefined || this.isMuted) return
    const look = () => {
      const leftMs = this.lastMs + this.patienceMs(quietMs) - this.clock.now()
      if (leftMs > 0) {
        this.callOff = this.clock.after(leftMs, look)
        return
      }
      this.isSilent = true
      this.tell()
    }
    look()
  }

  private patienceMs(quietMs: number): number {
    const ownMs = this.intervalsMs.length > 0 ? Math.min(...this.intervalsMs) : 0
    return Math.max(quietMs, ownMs * slowPatience)
  }
}
