import { expect, it } from 'vitest'
import { turnTaking } from './event-loop-yield.ts'

it('lets others have their turn once 100 ms have passed, and not before', async () => {
  let nowMs = 0
  let turns = 0
  const takeTurns = turnTaking(() => nowMs)
  const other = () => setTimeout(() => turns++, 0)
  other()
  await takeTurns()
  expect(turns).toBe(0)
  nowMs = 100
  await takeTurns()
  expect(turns).toBe(1)
  other()
  await takeTurns()
  expect(turns, 'counted anew').toBe(1)
})
