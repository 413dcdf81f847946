/** Share of a period by which a frame may come before its time and still be taken. */
const early = 0.05
/** Share of a period by which a frame may be late without moving all later ones. */
const late = 0.25

/** Chooses frames one period apart out of a denser stream. Both ends of a port choose alike, by the same times. */
export class FrameSampler {
  private dueS = Number.NEGATIVE_INFINITY

  constructor(private readonly periodS: number) {}

  /** Whether the frame of this time is one to take; if so, the next is due a period later. */
  takes(timeS: number): boolean {
    // Earlier than the frame before: the clock was set back, and the next is due from here.
    const isSetBack = timeS < this.dueS - (1 + late) * this.periodS
    if (timeS < this.dueS - early * this.periodS && !isSetBack) return false
    this.take(timeS)
    return true
  }

  /** Notes that a frame of this time was taken, due or not. */
  take(timeS: number): void {
    const isOnTime = Math.abs(timeS - this.dueS) <= late * this.periodS
    this.dueS = (isOnTime ? this.dueS : timeS) + this.periodS
  }
}
