/** Probabilities at a moment of the source. */
export interface ProbePoint {
  readonly timeS: number
  /** One an option, of sum 1. */
  readonly probabilities: readonly number[]
}

/** After this time without a change, a smoothed line has come within 37 % (1/e) of it. */
export const smoothingS = 1.5

/**
 * Exponential smoothing over uneven intervals: each point moves the line towards it by 1 - exp(-dt / timeConstantS).
 * What was a distribution stays one, and nothing leaves the range of the points. A point before the one before it
 * begins anew.
 *
 * @param timeConstantS 0 switches it off
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
