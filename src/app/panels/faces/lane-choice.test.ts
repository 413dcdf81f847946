import { expect, it } from 'vitest'
import { type MeasuredFace, type MeasuredUnit, measuredUnits } from '../../../affect/measures.ts'
import { movedMost, steadyLanes } from './lane-choice.ts'

function moving(most: Partial<Record<MeasuredUnit, number>>): readonly MeasuredFace[] {
  return [0, 1].map(
    (share) =>
      ({
        units: Object.fromEntries(measuredUnits.map((unit) => [unit, share * (most[unit] ?? 0)])),
      }) as MeasuredFace,
  )
}

it('shows two other units, and keeps them while nothing has moved', () => {
  expect(movedMost([])).toEqual(['AU6', 'AU15'])
  expect(movedMost(moving({ AU9: 0.1 }), ['AU24', 'AU5'])).toEqual(['AU24', 'AU5'])
})

it('takes the units that moved most, in the lanes of those that did not', () => {
  expect(movedMost(moving({ AU9: 0.6, AU6: 0.7 }))).toEqual(['AU6', 'AU9'])
  expect(movedMost(moving({ AU9: 0.6, AU15: 0.7 }))).toEqual(['AU9', 'AU15'])
})

it('changes lanes only for a unit that has moved clearly more', () => {
  const before = ['AU9', 'AU15'] as const
  expect(movedMost(moving({ AU9: 0.5, AU15: 0.5, AU24: 0.55 }), before)).toEqual(before)
  expect(movedMost(moving({ AU9: 0.5, AU15: 0.4, AU24: 0.55 }), before)).toEqual(['AU9', 'AU24'])
})

it('never shows a unit twice', () => {
  const most = movedMost(moving(Object.fromEntries(measuredUnits.map((unit) => [unit, 1]))))
  expect(most.filter((unit) => (steadyLanes as readonly string[]).includes(unit))).toEqual([])
  expect(new Set(most).size).toBe(2)
})
