import { expect, it } from 'vitest'
import { LatestSignal } from './latest-signal.ts'

it('leaves the newest work alone, and aborts all before it', () => {
  const latest = new LatestSignal()
  const first = latest.next()
  expect(first.aborted).toBe(false)
  const second = latest.next()
  expect([first.aborted, second.aborted]).toEqual([true, false])
  latest.abort()
  expect(second.aborted).toBe(true)
  expect(latest.next().aborted).toBe(false)
})
