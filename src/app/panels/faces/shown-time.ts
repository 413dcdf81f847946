/** The time of the frame that a player shows, s on the file's own clock, and who wants to know when it changes. */
export class ShownTime {
  private readonly listeners = new Set<() => void>()
  private timeS: number
  private stop: (() => void) | undefined

  constructor(private readonly video: HTMLVideoElement) {
    this.timeS = video.currentTime
  }

  get(): number {
    return this.timeS
  }

  /** Returns how to stop listening; while nobody listens, the player is not watched. */
  listen(onFrame: () => void): () => void {
    if (this.listeners.size === 0) this.stop = this.watch()
    this.listeners.add(onFrame)
    return () => {
      this.listeners.delete(onFrame)
      if (this.listeners.size === 0) this.stop?.()
    }
  }

  private watch(): () => void {
    const { video } = this
    this.timeS = video.currentTime
    return 'requestVideoFrameCallback' in video ? this.watchFrames() : this.watchTime()
  }

  private watchFrames(): () => void {
    const { video } = this
    const onFrame: VideoFrameRequestCallback = (_, { mediaTime }) => {
      this.tell(mediaTime)
      id = video.requestVideoFrameCallback(onFrame)
    }
    let id = video.requestVideoFrameCallback(onFrame)
    return () => video.cancelVideoFrameCallback(id)
  }

  /** For browsers that do not tell of frames: a few times a second, and after every jump. */
  private watchTime(): () => void {
    const { video } = this
    const kinds = ['timeupdate', 'seeked'] as const
    const onTime = () => this.tell(video.currentTime)
    for (const kind of kinds) video.addEventListener(kind, onTime)
    return () => {
      for (const kind of kinds) video.removeEventListener(kind, onTime)
    }
  }

  private tell(timeS: number): void {
    this.timeS = timeS
    for (const listener of this.listeners) listener()
  }
}

const known = new WeakMap<HTMLVideoElement, ShownTime>()

/** The one for this player, so that it is watched once however many follow it. */
export function shownTimeOf(video: HTMLVideoElement): ShownTime {
  const time = known.get(video) ?? new ShownTime(video)
  known.set(video, time)
  return time
}
