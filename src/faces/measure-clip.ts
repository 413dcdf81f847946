import type { Clip } from '../capture/clip.ts'
import type { FollowedFrame, Follower } from './follower.ts'
import { inSourcePixels } from './source-pixels.ts'

export interface MeasureClipOptions {
  /** Frames that are measured of each second. Default: 10. */
  readonly framesPerSecond?: number
  /** On the clip's own clock, s. Default: its first picture. */
  readonly fromS?: number
  readonly signal?: AbortSignal
}

export interface MeasuredFrame extends FollowedFrame {
  /** Seconds of the clip that are measured, and seconds to its end, both from where measuring began. */
  readonly doneS: number
  readonly totalS: number
}

/** Of a second of video; blinks last a tenth of one at least. */
const defaultFramesPerSecond = 10
/** Larger frames are drawn smaller: faces are cropped to 256 pixels a side. */
const mostPixels = 1920 * 1080

/**
 * Follows the faces of a clip at an even rate, on its own clock. A picture that is on show for longer is measured once, and
 * parts that cannot be decoded are passed over.
 *
 * @throws FaceError of the follower, CaptureError of the clip, or the reason of an abort
 */
export async function* measureClip(
  clip: Clip,
  follower: Follower,
  { framesPerSecond = defaultFramesPerSecond, fromS, signal }: MeasureClipOptions = {},
): AsyncGenerator<MeasuredFrame> {
  const { startS, durationS } = clip.facts
  const beginS = Math.min(Math.max(startS, fromS ?? 0), startS + durationS)
  const totalS = startS + durationS - beginS
  let measuredS = Number.NEGATIVE_INFINITY
  const times = middles(beginS, totalS, framesPerSecond)
  for await (const frame of clip.framesAt(times, { mostPixels, ...(signal ? { signal } : {}) })) {
    // The decoder may have many frames ready: whoever waits for a message gets a turn between them.
    await turn()
    signal?.throwIfAborted()
    if (frame.timeS <= measuredS) continue
    measuredS = frame.timeS
    const followed = inSourcePixels(await follower.follow(frame), frame)
    yield { ...followed, doneS: Math.min(totalS, Math.max(0, frame.timeS - beginS)), totalS }
  }
}

/** One by one: of an hour, thousands. */
function* middles(beginS: number, totalS: number, framesPerSecond: number): Generator<number> {
  const count = Math.max(1, Math.floor(totalS * framesPerSecond))
  for (let i = 0; i < count; i++) yield beginS + (i + 0.5) / framesPerSecond
}

/** Lets messages in; a timer would be held back in a page that is hidden. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
