import { CaptureError } from '../base/errors.ts'
import { roundHalfEven } from './rounding.ts'

/** How many frames of a clip the model sees. VidEmo ran with `FPS_MAX_FRAMES=16` and the tool's other defaults. */
export interface SamplingOptions {
  /** Frames taken per second of video. Default 2. */
  readonly fps?: number
  /** Fewest frames, rounded up to even. Default 4. */
  readonly minFrames?: number
  /** Most frames, rounded down to even. Default 16. */
  readonly maxFrames?: number
}

/** Frames come in pairs: one temporal patch covers two. */
const frameFactor = 2

/**
 * The number of frames to take from a clip of `totalFrames` frames at `sourceFps`: two a second, clamped to
 * [minFrames, maxFrames], never more than there are, rounded down to even. A clip of a single frame, for which
 * qwen_vl_utils raises an error, gives `minFrames`: `sampleFrames` then repeats the frame, so that the model is shown no
 * fewer than it was in training.
 *
 * @throws CaptureError `no-frames` without frames, `bad-frame-rate` if `sourceFps` is not a positive number
 * @see qwen_vl_utils `vision_process.py`, `smart_nframes`
 */
export function frameCount(totalFrames: number, sourceFps: number, options: SamplingOptions = {}): number {
  if (!Number.isInteger(totalFrames) || totalFrames < 1) {
    throw new CaptureError({
      code: 'no-frames',
      message: `The clip has no frames (${totalFrames}).`,
      action: 'Choose a video that plays.',
      recoverable: true,
    })
  }
  if (!(sourceFps > 0) || !Number.isFinite(sourceFps)) {
    throw new CaptureError({
      code: 'bad-frame-rate',
      message: `The clip says it has ${sourceFps} frames per second.`,
      action: 'Choose a video with a frame rate above zero.',
      recoverable: true,
    })
  }
  const { fps = 2, minFrames = 4, maxFrames = 16 } = options
  const fewest = Math.ceil(minFrames / frameFactor) * frameFactor
  if (totalFrames === 1) return Math.max(frameFactor, Math.min(fewest, evenBelow(maxFrames)))
  const most = evenBelow(Math.min(maxFrames, totalFrames))
  const wanted = (totalFrames / sourceFps) * fps
  const count = Math.min(Math.max(wanted, fewest), most, totalFrames)
  return Math.max(frameFactor, evenBelow(count))
}

function evenBelow(count: number): number {
  return Math.floor(count / frameFactor) * frameFactor
}

/**
 * The indices of the frames to take: `torch.linspace(0, totalFrames - 1, n).round()`, in float32, ties to even.
 * The first and the last frame are always among them. A clip of one frame gives it as often as
 * `frameCount` says.
 *
 * @throws as `frameCount`
 * @see qwen_vl_utils `vision_process.py`, `_read_video_decord`
 */
export function sampleFrames(totalFrames: number, sourceFps: number, options: SamplingOptions = {}): number[] {
  const count = frameCount(totalFrames, sourceFps, options)
  return linspace(totalFrames - 1, count).map((index) => Math.min(roundHalfEven(index), totalFrames - 1))
}

/** One frame to take from a clip. */
export interface SampledFrame {
  readonly index: number
  /** Where the frame begins, in seconds from the start of the clip. */
  readonly timeS: number
}

/**
 * The frames to take from a clip known by its duration in seconds and its frame rate: the number of frames is their
 * product, rounded, and at least 1.
 *
 * @throws as `frameCount`
 */
export function sampleTimes(durationS: number, sourceFps: number, options: SamplingOptions = {}): SampledFrame[] {
  const total = durationS > 0 ? Math.max(1, Math.round(durationS * sourceFps)) : 0
  return sampleFrames(total, sourceFps, options).map((index) => ({ index, timeS: index / sourceFps }))
}

/** `torch.linspace(0, end, count)` in float32, which counts from both ends toward the middle. */
function linspace(end: number, count: number): number[] {
  const step = Math.fround(end / (count - 1))
  return Array.from({ length: count }, (_, i) =>
    i < count / 2 ? Math.fround(step * i) : Math.fround(end - Math.fround(step * (count - i - 1))),
  )
}
