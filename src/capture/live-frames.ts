import { followTrack } from './followed-track.ts'
import { FrameSampler } from './frame-sampler.ts'

/** How frames of a camera or a screen come in: as a stream of the browser's, or posted one by one. */
export type LiveFrames = FrameWay & {
  /** Posts a `MuteMessage` whenever the browser mutes the track, which then gives no picture, or unmutes it. */
  readonly mutes?: MessagePort
  /** After this long without a frame there is no picture. Default: no limit, the picture counts as standing still. */
  readonly quietMs?: number
}

type FrameWay =
  | { readonly type: 'stream'; readonly readable: ReadableStream<VideoFrame> }
  /** Posts `LiveFrameMessage`s, each frame after a `LiveFrameRequest`. */
  | { readonly type: 'port'; readonly port: MessagePort }

/** From the page to the worker. */
export interface MuteMessage {
  readonly isMuted: boolean
}

/** From the page to the worker. */
export type LiveFrameMessage =
  /** `timeMs` counts from any moment, the same for all frames. */
  | { readonly type: 'frame'; readonly image: ImageBitmap | VideoFrame; readonly timeMs: number }
  | { readonly type: 'end' }

/** From the worker to the page: one more frame may come. */
export interface LiveFrameRequest {
  readonly type: 'ready'
}

export interface LiveFramesOptions {
  /** The rate the worker will sample at. A port carries no more; a stream carries all, and the worker chooses. */
  readonly framesPerSecond: number
  /** As in `LiveFrames`: for cameras, which give frames whether anything moves or not. */
  readonly quietMs?: number | undefined
  /** Ends the feed. */
  readonly signal?: AbortSignal
}

export interface LiveFeed {
  /** For `new LiveSource(frames)` in the worker. */
  readonly frames: LiveFrames
  /** Must be transferred with `frames`. */
  readonly transfer: Transferable[]
  /** Ends the feed; the worker sees the end of the stream. The capture itself continues. */
  stop(): void
}

type TrackProcessor = new (init: { track: MediaStreamTrack }) => { readonly readable: ReadableStream<VideoFrame> }

/**
 * The frames of a stream's first live video track, on their way to a worker; the feed ends with that track, whoever ends
 * it. Where the page has MediaStreamTrackProcessor, its
 * readable is transferred and no frame passes through the main thread; elsewhere a hidden video element is sampled
 * into ImageBitmaps, which are posted through a port, one at a time and only when the worker asks.
 */
export function liveFrames(stream: MediaStream, options: LiveFramesOptions): LiveFeed {
  const original = stream.getVideoTracks().find(({ readyState }) => readyState === 'live')
  if (!original) return endedFeed()
  // A cloned track can be ended without ending the preview.
  const track = original.clone()
  const Processor = (globalThis as { MediaStreamTrackProcessor?: TrackProcessor }).MediaStreamTrackProcessor
  const way = Processor ? streamFeed(track, Processor) : portFeed(track, options.framesPerSecond)
  const mutes = muteFeed(original)
  const leave = followTrack(original, track, () => stop())
  const stop = () => {
    leave()
    mutes.stop()
    way.stop()
  }
  // Through a port come no more frames than are asked for.
  const quietMs =
    options.quietMs && (Processor ? options.quietMs : Math.max(options.quietMs, 3000 / options.framesPerSecond))
  options.signal?.addEventListener('abort', stop, { once: true })
  if (options.signal?.aborted) stop()
  return {
    frames: { ...way.frames, mutes: mutes.port, ...(quietMs ? { quietMs } : {}) },
    transfer: [...way.transfer, mutes.port],
    stop,
  }
}

/** Tells a worker when the browser mutes a track. A copy of the track may be muted later, or not at all. */
function muteFeed(track: MediaStreamTrack): { readonly port: MessagePort; stop(): void } {
  const { port1, port2 } = new MessageChannel()
  const stopped = new AbortController()
  const { signal } = stopped
  const tell = (isMuted: boolean) => port1.postMessage({ isMuted } satisfies MuteMessage)
  track.addEventListener('mute', () => tell(true), { signal })
  track.addEventListener('unmute', () => tell(false), { signal })
  if (track.muted) tell(true)
  return {
    port: port2,
    stop: () => {
      stopped.abort()
      port1.close()
    },
  }
}

function streamFeed(track: MediaStreamTrack, Processor: TrackProcessor): LiveFeed {
  const { readable } = new Processor({ track })
  return { frames: { type: 'stream', readable }, transfer: [readable], stop: () => track.stop() }
}

function portFeed(track: MediaStreamTrack, framesPerSecond: number): LiveFeed {
  const { port1, port2 } = new MessageChannel()
  const grabber = new VideoGrabber(track, port1, 1 / framesPerSecond)
  return { frames: { type: 'port', port: port2 }, transfer: [port2], stop: () => grabber.stop() }
}

/** Of a stream that ended before anybody read it. */
function endedFeed(): LiveFeed {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage({ type: 'end' } satisfies LiveFrameMessage)
  return { frames: { type: 'port', port: port2 }, transfer: [port2], stop: () => port1.close() }
}

/** Plays a track in a hidden video element, and posts its frames through a port on request. */
class VideoGrabber {
  private readonly video = document.createElement('video')
  private readonly sampler: FrameSampler
  private isWanted = false
  private isStopped = false
  /** Of the frame that was posted last, see `mark`. */
  private posted = -1
  private timer: ReturnType<typeof setTimeout> | undefined
  private callback = 0

  constructor(
    private readonly track: MediaStreamTrack,
    private readonly port: MessagePort,
    private readonly periodS: number,
  ) {
    this.sampler = new FrameSampler(periodS)
    port.onmessage = ({ data }: MessageEvent<LiveFrameRequest>) => {
      if (data.type === 'ready') this.isWanted = true
    }
    track.addEventListener('ended', () => this.stop())
    this.video.muted = true
    this.video.playsInline = true
    this.video.srcObject = new MediaStream([track])
    this.video.play().catch(() => this.stop())
    this.wait()
  }

  stop(): void {
    if (this.isStopped) return
    this.isStopped = true
    this.cancel()
    this.port.postMessage({ type: 'end' } satisfies LiveFrameMessage)
    this.port.close()
    this.video.srcObject = null
    this.track.stop()
  }

  /** Until the next frame; a page in the background gets no callbacks of frames, and other browsers have none. */
  private wait(): void {
    const hasCallback = 'requestVideoFrameCallback' in this.video
    if (hasCallback) this.callback = this.video.requestVideoFrameCallback((nowMs) => void this.grab(nowMs))
    // What was passed over as too early is taken as soon as it is due, should nothing follow it.
    const patience = hasCallback && this.mark() === this.posted ? 2 : 0.5
    this.timer = setTimeout(() => void this.grab(performance.now()), patience * this.periodS * 1000)
  }

  private cancel(): void {
    clearTimeout(this.timer)
    if (this.callback !== 0) this.video.cancelVideoFrameCallback(this.callback)
  }

  private async grab(timeMs: number): Promise<void> {
    this.cancel()
    const { video } = this
    const mark = this.mark()
    const isNew = video.readyState >= video.HAVE_CURRENT_DATA && mark !== this.posted
    if (this.isWanted && isNew && this.sampler.takes(timeMs / 1000)) {
      this.isWanted = false
      this.posted = mark
      try {
        const image = await createImageBitmap(video)
        if (this.isStopped) image.close()
        else this.port.postMessage({ type: 'frame', image, timeMs } satisfies LiveFrameMessage, [image])
      } catch {
        // The element lost its picture in between; the next frame will do.
        this.isWanted = true
      }
    }
    if (!this.isStopped) this.wait()
  }

  /** Another number for every frame: time alone runs on in some browsers, whether frames come or not. */
  private mark(): number {
    const { video } = this
    // A page in the background shows none, and may not count what comes.
    if (document.visibilityState === 'hidden') return video.currentTime
    return video.getVideoPlaybackQuality().totalVideoFrames || video.currentTime
  }
}
