import type { Clip, ClipFacts } from '../capture/clip.ts'
import type { LostPart } from '../capture/file-notice.ts'
import type { FaceFollower } from './face-follower.ts'
import { type ToldFrame, toldFrame } from './told-frame.ts'

export interface MeasureClipOptions {
  /** Frames that are measured of each second. Default: 10. */
  readonly framesPerSecond?: number
  /** On the clip's own clock, s. Default: its first picture. */
  readonly fromS?: number
  readonly signal?: AbortSignal
  /** Told of parts that could not be decoded, in order with the frames. */
  readonly onLost?: (part: LostPart) => void
}

export interface MeasuredFrame extends ToldFrame {
  /** Seconds of the clip that are measured, and seconds to its end, both from where measuring began. */
  readonly doneS: number
  readonly totalS: number
}

/** What measuring asks of a follower. */
export type ClipFollower = Pick<FaceFollower, 'follow' | 'followPicture' | 'forget'>

/** Of a second of video; blinks last a tenth of one at least. */
const defaultFramesPerSecond = 10
/** Larger frames of videos are drawn smaller: faces are cropped to 256 pixels a side. */
const mostPixels = 1920 * 1080

/**
 * Measures the faces of a clip at an even rate, on its own clock. A picture that is on show for longer is measured once,
 * and parts that cannot be decoded are passed over. The last frame comes again when its movements have ended with the clip.
 *
 * @throws FaceError of the follower, CaptureError of the clip, or the reason of an abort
 */
export async function* measureClip(
  clip: Clip,
  follower: ClipFollower,
  { framesPerSecond = defaultFramesPerSecond, fromS, signal, onLost }: MeasureClipOptions = {},
): AsyncGenerator<MeasuredFrame> {
  const { startS, durationS } = clip.facts
  const beginS = Math.min(Math.max(startS, fromS ?? 0), startS + durationS)
  const totalS = startS + durationS - beginS
  const times = middles(beginS, totalS, framesPerSecond)
  const follow = hasOneFrame(clip.facts) ? follower.followPicture.bind(follower) : follower.follow.bind(follower)
  let last: MeasuredFrame | undefined
  follower.forget()
  const options = { mostPixels, ...(signal ? { signal } : {}), ...(onLost ? { onLost } : {}) }
  for await (const frame of clip.framesAt(times, options)) {
    // The decoder may have many frames ready: whoever waits for a message gets a turn between them.
    await turn()
    signal?.throwIfAborted()
    if (last && frame.timeS <= last.moment.timeS) continue
    const told = toldFrame(await follow(frame), frame)
    last = { ...told, doneS: Math.min(totalS, Math.max(0, frame.timeS - beginS)), totalS }
    yield last
  }
  const events = follower.forget()
  if (last) yield { ...last, events, doneS: totalS }
}

function hasOneFrame({ durationS, framesPerSecond }: ClipFacts): boolean {
  return Math.round(durationS * framesPerSecond) <= 1
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
