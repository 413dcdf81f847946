import { expect, it } from 'vitest'
import { type MeasuredFace, type MeasuredUnit, measuredUnits } from '../../../affect/measures.ts'
import { firstLanes, movedMost } from './lane-choice.ts'

function moving(most: Partial<Record<MeasuredUnit, number>>): readonly MeasuredFace[] {
  return [0, 1].map(
    (share) =>
      ({
        units: Object.fromEntries(measuredUnits.map((unit) => [unit, share * (most[unit] ?? 0)])),
      }) as MeasuredFace,
  )
}

it('keeps the lanes while nothing has moved', () => {
  expect(movedMost([], firstLanes)).toEqual(firstLanes)
  expect(movedMost(moving({ AU9: 0.1 }), ['AU24', 'AU5'])).toEqual(['AU24', 'AU5'])
})

it('takes the units that moved most, in the lanes of those that did not', () => {
  expect(movedMost(moving({ AU9: 0.6, AU12: 0.7 }), firstLanes)).toEqual(['AU12', 'AU9', 'AU4', 'AU1'])
  const moved = { AU12: 0.6, AU9: 0.6, AU4: 0.7, AU26: 0.7 }
  expect(movedMost(moving(moved), firstLanes)).toEqual(['AU12', 'AU26', 'AU4', 'AU9'])
})

it('changes lanes only for a unit that has moved clearly more', () => {
  const before = ['AU9', 'AU15'] as const
  expect(movedMost(moving({ AU9: 0.5, AU15: 0.5, AU24: 0.55 }), before)).toEqual(before)
  expect(movedMost(moving({ AU9: 0.5, AU15: 0.4, AU24: 0.55 }), before)).toEqual(['AU9', 'AU24'])
})

it('never shows a unit twice, and never a blink', () => {
  const all = Object.fromEntries(measuredUnits.map((unit) => [unit, 1]))
  const most = movedMost(moving(all), firstLanes)
  expect(new Set(most).size).toBe(firstLanes.length)
  expect(movedMost(moving({ AU43: 1 }), firstLanes)).toEqual(firstLanes)
})
