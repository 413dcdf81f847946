import type { FileNotice, LostPart } from './file-notice.ts'
import type { TimedFrame } from './painter.ts'

/** What a file says about its picture, on the file's own clock: that of the browser's player. */
export interface ClipFacts {
  /** Where the first picture is shown: after 0 where sound begins before it. */
  readonly startS: number
  /** From the first picture to the end of the last. */
  readonly durationS: number
  /** Mean rate, from the frames' own times. A lone frame without a duration lasts one second. */
  readonly framesPerSecond: number
  /** Size of the first frame as it is shown: rotated, and with square pixels. Later ones may have another. */
  readonly width: number
  readonly height: number
  /** As WebCodecs writes it, or the media type of an image. */
  readonly codec: string
  /** A photograph or a drawing without time: its one frame is shown for as long as somebody looks. */
  readonly isStillImage?: boolean
}

export interface FrameOptions {
  readonly signal?: AbortSignal
  /** Of a video: frames with more pixels are drawn smaller, in their shape. Default: as large as they are. */
  readonly mostPixels?: number
  /** Told of parts that could not be decoded, in order with the frames. */
  readonly onLost?: (part: LostPart) => void
}

/** A file whose frames can be read: a video or an animated image. Works in a page and in a worker. */
export interface Clip {
  readonly facts: ClipFacts
  /** What a person should know of the file as a whole. */
  readonly notices: readonly FileNotice[]
  /**
   * The frames of these indices, in order, each counted as `framesPerSecond` apart from the first picture on. Each index
   * stands for the frame on show in the middle of its interval: in a clip of constant rate that is the frame of that
   * index, however its container rounds times, and otherwise what a viewer would have seen.
   *
   * @param indices ascending; an index may repeat
   * @throws CaptureError `damaged-video`, `unreadable-file`, or the reason of an abort
   */
  frames(indices: Iterable<number>, options?: FrameOptions): AsyncGenerator<TimedFrame>
  /**
   * The frame on show at each of these times, one for one; the first before its time, and the last beyond the end. Times
   * in a part that could not be decoded have none.
   *
   * @param timesS ascending, in seconds of the file's own clock; a time may repeat
   * @throws as `frames`
   */
  framesAt(timesS: Iterable<number>, options?: FrameOptions): AsyncGenerator<TimedFrame>
  close(): void
}

/** The middle of each index's interval, in seconds of the file's own clock. */
export function* middles(
  indices: Iterable<number>,
  { startS, framesPerSecond }: Pick<ClipFacts, 'startS' | 'framesPerSecond'>,
): Generator<number> {
  for (const index of indices) yield startS + (index + 0.5) / framesPerSecond
}
