import type { MeasuredFace } from '../../../affect/measures.ts'

/** How much of time lanes show, s. */
export const laneS = 10
/** Between measures further apart than this the face was not there, s, unless a slow device measures no more often. */
const gapS = 0.6
/** Measures that are this many of their usual intervals apart have a gap between them. */
const gapIntervals = 2.5
/** Of so many intervals the usual one is taken. */
const usualOf = 32

export interface Span {
  readonly fromS: number
  readonly toS: number
}

/** Live: what has just been. */
export function liveSpan(newestS: number): Span {
  return { fromS: newestS - laneS, toS: newestS }
}

/** Files: around the frame that is shown, within the clip; a short clip is shown whole. */
export function fileSpan(shownS: number, clipS: number): Span {
  const fromS = Math.max(0, Math.min(shownS - laneS / 2, clipS - laneS))
  return { fromS, toS: fromS + Math.min(laneS, Math.max(clipS, 1)) }
}

/** The measures of a span, and one more on each side, where the line enters and leaves it. */
export function within(curve: readonly MeasuredFace[], { fromS, toS }: Span): readonly MeasuredFace[] {
  return curve.slice(Math.max(0, firstAfter(curve, fromS) - 1), firstAfter(curve, toS) + 1)
}

/** The measure at a time, or the last before it; undefined where the face was not there. */
export function measuredAt(curve: readonly MeasuredFace[], timeS: number): MeasuredFace | undefined {
  // Times of frames are told with some rounding.
  const index = firstAfter(curve, timeS + 0.002)
  const last = curve[index - 1]
  return last && timeS - last.timeS <= gapAfter(curve, index) ? last : undefined
}

/** From how long on an interval is a gap, by the intervals between the measures before an index, s. */
function gapAfter(curve: readonly MeasuredFace[], index: number): number {
  const intervals = curve
    .slice(Math.max(0, index - usualOf), index)
    .map(({ timeS }, at, times) => (at === 0 ? 0 : timeS - times[at - 1].timeS))
    .slice(1)
    .sort((a, b) => a - b)
  // Of one or two intervals nobody can say what is usual.
  if (intervals.length < 3) return gapS
  return Math.max(gapS, gapIntervals * intervals[intervals.length >> 1])
}

/** The index of the first measure after a time; the length where there is none. */
function firstAfter(curve: readonly MeasuredFace[], timeS: number): number {
  let [low, high] = [0, curve.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (curve[middle].timeS > timeS) high = middle
    else low = middle + 1
  }
  return low
}

export interface LanePoint {
  readonly x: number
  readonly y: number
}

/**
 * A lane's line in a box of this size: x from `fromS` to `toS`, y from 1 at the top to 0 at the bottom. In several
 * pieces where the face was gone for a while.
 */
export function laneLines(
  measures: readonly MeasuredFace[],
  read: (measured: MeasuredFace) => number,
  { fromS, toS }: Span,
  box: { readonly width: number; readonly height: number },
): readonly (readonly LanePoint[])[] {
  const lines: LanePoint[][] = []
  let before = Number.NEGATIVE_INFINITY
  const gap = gapAfter(measures, measures.length)
  for (const measured of measures) {
    const { timeS } = measured
    if (timeS - before > gap) lines.push([])
    before = timeS
    const value = Math.min(1, Math.max(0, read(measured)))
    lines[lines.length - 1].push({
      x: ((timeS - fromS) / (toS - fromS)) * box.width,
      y: (1 - value) * box.height,
    })
  }
  return lines
}
