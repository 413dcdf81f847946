/** The part of a source's time that the timeline shows, s on the source's own clock. */
export interface TimeScale {
  readonly fromS: number
  readonly toS: number
}

/** Live, an axis is at least this long, so that the first spans are not as wide as the page, s. */
const leastLiveS = 10
/** Live, so much of time is shown at most, s. */
const mostLiveS = 60

/** The axis of a file is the clip. Where its length is not known, it is what was read of it. */
export function fileScale(clipS: number | undefined, readToS: number): TimeScale {
  const toS = clipS === undefined || !Number.isFinite(clipS) || clipS <= 0 ? readToS : clipS
  return { fromS: 0, toS: toS > 0 ? toS : 1 }
}

/** Live: from the beginning, growing; then the last minute. */
export function liveScale(newestS: number): TimeScale {
  return { fromS: Math.max(0, newestS - mostLiveS), toS: Math.max(leastLiveS, newestS) }
}

/** Where a time lies, 0 to 1 from the left; what lies beyond an end is at that end. */
export function shareOf({ fromS, toS }: TimeScale, timeS: number): number {
  return Math.min(1, Math.max(0, (timeS - fromS) / (toS - fromS)))
}

/** The time that lies at a share of the width. */
export function timeAt({ fromS, toS }: TimeScale, share: number): number {
  return fromS + Math.min(1, Math.max(0, share)) * (toS - fromS)
}

const stepsS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]

/** Round times to be named on the axis, not more than `most`. */
export function ticksOf({ fromS, toS }: TimeScale, most: number): readonly number[] {
  const stepS = stepsS.find((step) => (toS - fromS) / step <= most) ?? Math.ceil((toS - fromS) / most / 3600) * 3600
  const first = Math.ceil(fromS / stepS - 1e-9)
  const last = Math.floor(toS / stepS + 1e-9)
  // Multiples, so that no rounding adds up.
  return Array.from({ length: last - first + 1 }, (_, index) => Math.round((first + index) * stepS * 10) / 10)
}

/** A time on the axis: `0:12`, `0:12.4`, `1:02:04` */
export function axisTime(timeS: number): string {
  const tenths = Math.max(0, Math.round(timeS * 10))
  const [hours, minutes, seconds] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, (tenths % 600) / 10]
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const rest = tenths % 10 === 0 ? two(seconds) : `${two(seconds)}.${tenths % 10}`
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}
