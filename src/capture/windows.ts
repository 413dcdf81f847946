import { CaptureError } from '../base/errors.ts'

/** Frames come in pairs: frames 2p and 2p + 1 are pair p. */
const framesPerPair = 2

export interface WindowSettings {
  /** Frames taken per second of the file. */
  readonly framesPerSecond: number
  /** Frames of a full window; even. */
  readonly windowFrames: number
  /** Frames by which a full window moves on; even, at most `windowFrames`. */
  readonly hopFrames: number
  /** Where in the file to begin, in seconds of the file's own clock. Default: its first picture. */
  readonly fromS?: number
}

/**
 * The model's own choice of frames for a short clip: ascending indices, an even number of them, from a duration and a
 * frame rate.
 */
export type SamplingRecipe = (durationS: number, framesPerSecond: number) => readonly { readonly index: number }[]

/** Pairs [firstPair, endPair) of a plan that the model sees together. */
export interface FileWindow {
  readonly firstPair: number
  readonly endPair: number
}

export type WindowPlan = {
  /** How many pairs are planned; of a file whose times claim thousands of hours, more than any list could hold. */
  readonly pairs: number
} & (
  | /** A short clip, by the model's own recipe; for `Clip.frames`. */
  { readonly type: 'indices'; readonly indices: readonly number[] }
  /** A long one, at an even rate, one time after the other; for `Clip.framesAt`. */
  | { readonly type: 'times'; readonly timesS: Iterable<number> }
)

/**
 * Plans how a file is read: which frames are taken, an even number and at least two. Windows over them: `fileWindows`.
 *
 * *Short*: what is left of the file from `fromS` on lasts at most `windowFrames / framesPerSecond` seconds (give or
 * take half a frame of the file). Then there is one window, and `recipe` chooses its frames. It is told the duration of
 * what is left, and its indices are counted on from the file's frame at `fromS`. It must not give more than
 * `windowFrames`.
 *
 * *Long*: what is left is cut into intervals of `1 / framesPerSecond` seconds, and frame i of the plan is the one on
 * show in the middle of interval i. An interval that the file ends in, and the last one of an odd number, are left
 * out: less than two intervals at the end.
 *
 * @throws CaptureError `bad-window` for settings that make no windows; `no-frames`, `bad-frame-rate` by the recipe
 */
export function planWindows(
  facts: { readonly startS: number; readonly durationS: number; readonly framesPerSecond: number },
  settings: WindowSettings,
  recipe: SamplingRecipe,
): WindowPlan {
  check(settings)
  const { framesPerSecond, windowFrames } = settings
  const { startS, durationS } = facts
  const totalFrames = Math.max(1, Math.round(durationS * facts.framesPerSecond))
  // A place beyond the end is the end.
  const fromS = Math.min(Math.max(0, (settings.fromS ?? startS) - startS), durationS)
  // The file's frame on show at `fromS`; the last one beyond the end.
  const first = Math.min(Math.floor(fromS * facts.framesPerSecond + 1e-6), totalFrames - 1)
  const leftFrames = totalFrames - first
  if (leftFrames / facts.framesPerSecond <= windowFrames / framesPerSecond + 0.5 / facts.framesPerSecond) {
    const indices = recipe(leftFrames / facts.framesPerSecond, facts.framesPerSecond).map(({ index }) => first + index)
    return { type: 'indices', indices, pairs: indices.length / framesPerPair }
  }
  const left = Math.floor(((durationS - fromS) * framesPerSecond + 1e-6) / framesPerPair)
  const pairs = Math.max(windowFrames / framesPerPair, left)
  return { type: 'times', timesS: middlesOf(pairs * framesPerPair, startS + fromS, framesPerSecond), pairs }
}

function* middlesOf(count: number, fromS: number, framesPerSecond: number): Generator<number> {
  for (let i = 0; i < count; i++) yield fromS + (i + 0.5) / framesPerSecond
}

/**
 * Windows over so many pairs. The first has the first `windowFrames` frames; each further one ends `hopFrames` later
 * than the one before, or where the pairs end; and each begins `windowFrames` before its end. So every window is full
 * (but the only one of fewer pairs), every pair is in some window, a window has `hopFrames` new frames, and only the
 * last may have fewer: it then keeps more of the old.
 */
export function* fileWindows(
  pairs: number,
  { windowFrames, hopFrames }: Pick<WindowSettings, 'windowFrames' | 'hopFrames'>,
): Generator<FileWindow> {
  const size = windowFrames / framesPerPair
  if (pairs <= 0) return
  let end = Math.min(size, pairs)
  yield { firstPair: 0, endPair: end }
  while (end < pairs) {
    end = Math.min(end + hopFrames / framesPerPair, pairs)
    yield { firstPair: end - size, endPair: end }
  }
}

/** How many windows `fileWindows` gives. */
export function countWindows(
  pairs: number,
  { windowFrames, hopFrames }: Pick<WindowSettings, 'windowFrames' | 'hopFrames'>,
): number {
  if (pairs <= 0) return 0
  return 1 + Math.ceil(Math.max(0, pairs - windowFrames / framesPerPair) / (hopFrames / framesPerPair))
}

function check({ framesPerSecond, windowFrames, hopFrames, fromS }: WindowSettings): void {
  const isCount = (count: number) => Number.isInteger(count / framesPerPair) && count >= framesPerPair
  const isRate = framesPerSecond > 0 && Number.isFinite(framesPerSecond)
  const isStart = fromS === undefined || Number.isFinite(fromS)
  if (isRate && isStart && isCount(windowFrames) && isCount(hopFrames) && hopFrames <= windowFrames) return
  throw new CaptureError({
    code: 'bad-window',
    message: `No windows can be made of ${windowFrames} frames, moving on by ${hopFrames}, at ${framesPerSecond} a second.`,
    action: 'Choose an even number of frames, a hop of at most as many, and a frame rate above zero.',
    recoverable: true,
  })
}
