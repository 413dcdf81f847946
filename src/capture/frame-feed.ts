import type { LiveFrameMessage, LiveFrameRequest, LiveFrames } from './live-frames.ts'

/** A frame as it comes in; whoever takes it in closes it. */
export type LiveImage = VideoFrame | ImageBitmap

export interface FrameTaker {
  /** @param timeMs on the capture's own clock */
  arrive(image: LiveImage, timeMs: number): void
  /** The feed has come to its end. */
  end(): void
  /** The feed broke off. */
  break(cause?: unknown): void
}

/** The worker's end of a live feed. */
export interface OpenFeed {
  /** One more frame may come through a port; a stream brings all, asked for or not. */
  ask(): void
  /** Lets go of the feed; the capture itself continues. */
  disconnect(): void
}

/** Takes in the frames of a live feed, whichever way they come; the first is asked for already. */
export function takeInFrames(frames: LiveFrames, taker: FrameTaker): OpenFeed {
  return frames.type === 'stream' ? takeInStream(frames.readable, taker) : takeInPort(frames.port, taker)
}

function takeInStream(readable: ReadableStream<VideoFrame>, taker: FrameTaker): OpenFeed {
  const reader = readable.getReader()
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      taker.arrive(value, value.timestamp / 1000)
    }
  }
  read().then(
    () => taker.end(),
    (cause: unknown) => taker.break(cause),
  )
  return { ask: () => undefined, disconnect: () => void reader.cancel().catch(() => undefined) }
}

function takeInPort(port: MessagePort, taker: FrameTaker): OpenFeed {
  const ask = () => port.postMessage({ type: 'ready' } satisfies LiveFrameRequest)
  port.onmessage = ({ data }: MessageEvent<LiveFrameMessage>) => {
    if (data.type === 'end') taker.end()
    else taker.arrive(data.image, data.timeMs)
  }
  port.onmessageerror = () => taker.break()
  ask()
  return { ask, disconnect: () => port.close() }
}
