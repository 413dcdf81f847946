/** Probabilities at a time of the source. */
export interface ProbePoint {
  readonly timeS: number
  /** One per option; their sum is 1. */
  readonly probabilities: readonly number[]
}

/** Time constant in seconds: after it, a smoothed line has covered 63 % (1 - 1/e) of a step. */
export const smoothingS = 1.5

/**
 * Exponential smoothing over uneven intervals: each point moves the line toward it by 1 - exp(-dt / timeConstantS).
 * Distributions stay distributions, and no value leaves the range of the points. A point that is earlier than its
 * predecessor restarts the line.
 *
 * @param timeConstantS 0 switches smoothing off
 */
export function smoothed(points: readonly ProbePoint[], timeConstantS: number): readonly ProbePoint[] {
  if (timeConstantS <= 0) return points
  const line: ProbePoint[] = []
  for (const { timeS, probabilities } of points) {
    const last = line.at(-1)
    const isNew = !last || timeS < last.timeS || last.probabilities.length !== probabilities.length
    const share = isNew ? 1 : 1 - Math.exp((last.timeS - timeS) / timeConstantS)
    const moved = probabilities.map((value, option) => {
      const from = last?.probabilities[option] ?? value
      return isNew ? value : from + share * (value - from)
    })
    line.push({ timeS, probabilities: moved })
  }
  return line
}
