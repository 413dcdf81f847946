import { type MeasuredFace, type MeasuredUnit, measuredUnits } from '../../../affect/measures.ts'

/** Shown while nothing else has moved. */
export const firstLanes: readonly MeasuredUnit[] = ['AU12', 'AU6', 'AU4', 'AU1']

/** Eyes close with every blink: their lane would always be among those that moved most, and say little. */
const leftOut: readonly MeasuredUnit[] = ['AU43']

/** A unit that moved less than this, from its least to its most, has not moved. */
const leastMovement = 0.15
/** How much more a unit must have moved to take the lane of another, so that lanes do not change places all the time. */
const clearlyMore = 0.1

/** The units that moved most, as many as before, each in the lane that it had. */
export function movedMost(measures: readonly MeasuredFace[], before: readonly MeasuredUnit[]): readonly MeasuredUnit[] {
  const movement = new Map<MeasuredUnit, number>()
  for (const unit of measuredUnits) {
    if (leftOut.includes(unit)) continue
    const moved = range(measures.map(({ units }) => units[unit]))
    movement.set(unit, moved + (before.includes(unit) ? clearlyMore : 0))
  }
  const most = [...movement]
    .filter(([unit, moved]) => before.includes(unit) || moved >= leastMovement)
    .sort(([, a], [, b]) => b - a)
    .slice(0, before.length)
    .map(([unit]) => unit)
  const newcomers = most.filter((unit) => !before.includes(unit))
  return before.map((unit) => (most.includes(unit) ? unit : (newcomers.shift() ?? unit)))
}

function range(values: readonly number[]): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return values.length === 0 ? 0 : most - least
}
