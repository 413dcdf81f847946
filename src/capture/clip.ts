import type { TimedFrame } from './painter.ts'

/** What a file says about its picture. */
export interface ClipFacts {
  readonly durationS: number
  /** Mean rate, from the frames' own times. A lone frame without a duration lasts one second. */
  readonly framesPerSecond: number
  /** Size of a frame as it is shown: rotated, and with square pixels. */
  readonly width: number
  readonly height: number
  /** As WebCodecs writes it, or the media type of an animated image. */
  readonly codec: string
}

/** A file whose frames can be read: a video or an animated image. Works in a page and in a worker. */
export interface Clip {
  readonly facts: ClipFacts
  /**
   * The frames of these indices, in order, each counted as `framesPerSecond` apart. Each index stands for the frame
   * on show in the middle of its interval: in a clip of constant rate that is the frame of that index, however its
   * container rounds times, and otherwise what a viewer would have seen.
   *
   * @param indices ascending; an index may repeat
   * @throws CaptureError `damaged-video`, `unreadable-file`, or the reason of an abort
   */
  frames(indices: readonly number[], signal?: AbortSignal): AsyncGenerator<TimedFrame>
  /**
   * The frame on show at each of these times, one for one; the last frame stays on show beyond the end.
   *
   * @param timesS ascending, in seconds from the start of the clip; a time may repeat
   * @throws as `frames`
   */
  framesAt(timesS: readonly number[], signal?: AbortSignal): AsyncGenerator<TimedFrame>
  close(): void
}

/** The middle of each index's interval, in seconds from the start of the clip. */
export function middles(indices: readonly number[], framesPerSecond: number): number[] {
  return indices.map((index) => (index + 0.5) / framesPerSecond)
}
