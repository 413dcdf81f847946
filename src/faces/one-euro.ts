/**
 * How one signal is smoothed. A still signal is smoothed below `minCutoffHz`; the faster it moves, the less.
 * @see https://gery.casiez.net/1euro (Casiez, Roussel, Vogel: 1€ filter, CHI 2012)
 */
export interface OneEuroSettings {
  readonly minCutoffHz: number
  /** Cutoff gained for each unit a second that the signal moves. */
  readonly beta: number
  /** Of the speed itself. Default: 1 */
  readonly speedCutoffHz?: number
}

/** The one-euro filter: steady at rest, without lag when the signal moves. Works at uneven intervals. */
export class OneEuroFilter {
  private readonly settings: OneEuroSettings
  private last:
    | { readonly timeS: number; readonly value: number; readonly raw: number; readonly speed: number }
    | undefined

  constructor(settings: OneEuroSettings) {
    this.settings = settings
  }

  /** The smoothed value. A time that is not after the last one starts the filter anew. */
  filter(raw: number, timeS: number): number {
    const { last } = this
    const { minCutoffHz, beta, speedCutoffHz = 1 } = this.settings
    const dt = last ? timeS - last.timeS : 0
    if (!last || dt <= 0) {
      this.last = { timeS, value: raw, raw, speed: 0 }
      return raw
    }
    const speed = last.speed + share(speedCutoffHz, dt) * ((raw - last.raw) / dt - last.speed)
    const value = last.value + share(minCutoffHz + beta * Math.abs(speed), dt) * (raw - last.value)
    this.last = { timeS, value, raw, speed }
    return value
  }

  /** Forgets the past: the next value is taken as it is. */
  reset(): void {
    this.last = undefined
  }
}

/** How much of the new value a low-pass filter of this cutoff takes over. */
function share(cutoffHz: number, dt: number): number {
  const tau = 1 / (2 * Math.PI * cutoffHz)
  return 1 / (1 + tau / dt)
}
