import { expect, it } from 'vitest'
import { eventLoopYield } from './event-loop-yield.ts'

it('lets timers run once 100 ms have passed, and not before', async () => {
  let nowMs = 0
  let timers = 0
  const yieldOnce = eventLoopYield(() => nowMs)
  const startTimer = () => setTimeout(() => timers++, 0)
  startTimer()
  await yieldOnce()
  expect(timers).toBe(0)
  nowMs = 100
  await yieldOnce()
  expect(timers).toBe(1)
  startTimer()
  await yieldOnce()
  expect(timers, 'the next 100 ms have not passed').toBe(1)
})
