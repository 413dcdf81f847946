import type { RestSignal, SignalValues } from './action-units.ts'

/** Every living face moves its lids, lips, cheeks or brows within this time. */
const watchedS = 5
/** Before, nothing is said. */
const leastS = 4
/** Deviation within that time that noise of the picture alone gives, in intensities of 0 to 1. */
const noise = 0.02

const watched = [
  'blinkLeft',
  'blinkRight',
  'squint',
  'smile',
  'upperLip',
  'press',
  'jaw',
  'lipGap',
  'innerBrow',
  'browDown',
] as const satisfies readonly RestSignal[]

/**
 * Tells a picture of a face, a statue or a doll from a face that moves, by the absence of any movement for some seconds. A
 * face that is still may be anybody's; one that moves may be filmed from a screen: neither says that somebody is there.
 */
export class Stillness {
  private readonly seen: { readonly timeS: number; readonly values: readonly number[] }[] = []

  /** Whether nothing has moved in the last seconds, with this frame. */
  watch(signals: SignalValues, timeS: number): boolean {
    const { seen } = this
    seen.push({ timeS, values: watched.map((signal) => signals[signal]) })
    while ((seen[0]?.timeS ?? timeS) < timeS - watchedS) seen.shift()
    if (timeS - (seen[0]?.timeS ?? timeS) < leastS) return false
    return watched.every((_, index) => deviation(seen.map(({ values }) => values[index] ?? 0)) < noise)
  }

  /** After a gap, watching begins anew. */
  reset(): void {
    this.seen.length = 0
  }
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
