import type { RestSignal, SignalValues } from './action-units.ts'

/** Nearly every living face blinks, speaks or moves its mouth within this time. */
const watchedS = 6
/** Before, nothing is said. */
const leastS = 5
/** Signals are averaged over about this time: noise of the picture is gone sooner than a blink. */
const averagedS = 0.2

/**
 * Deviations within that time below which a signal is still. Statues, dolls and brick figures under a camera's noise stay
 * below; people who talk or blink go over several of them. Signals that noise moves as much as people do are left out.
 */
const limits: Readonly<Partial<Record<RestSignal, number>>> = {
  blinkLeft: 0.02,
  blinkRight: 0.02,
  openingLeft: 0.009,
  openingRight: 0.009,
  lipGap: 0.035,
  jaw: 0.01,
}
const watched = Object.entries(limits) as [RestSignal, number][]

/**
 * Tells a picture of a face, a statue or a doll from a face that moves, by the absence of any movement for some seconds. A
 * face that is still may be anybody's; one that moves may be filmed from a screen: neither says that somebody is there.
 */
export class Stillness {
  private readonly seen: { readonly timeS: number; readonly values: readonly number[] }[] = []

  /** Whether nothing has moved in the last seconds, with this frame. */
  watch(signals: SignalValues, timeS: number): boolean {
    const { seen } = this
    const last = seen.at(-1)
    const share = last ? 1 - Math.exp(-Math.max(0, timeS - last.timeS) / averagedS) : 1
    const values = watched.map(([signal], index) => {
      const from = last?.values[index] ?? signals[signal]
      return from + share * (signals[signal] - from)
    })
    seen.push({ timeS, values })
    while ((seen[0]?.timeS ?? timeS) < timeS - watchedS) seen.shift()
    if (timeS - (seen[0]?.timeS ?? timeS) < leastS) return false
    return watched.every(([, most], index) => deviation(seen.map((each) => each.values[index] ?? 0)) < most)
  }
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length)
}
