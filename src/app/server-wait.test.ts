import { expect, it } from 'vitest'
import { serverWaitText, shownWait } from './server-wait.ts'

it('says how long a server wants to be left alone, or that it does not say', () => {
  expect(serverWaitText({ ms: 103_000, isTold: true })).toContain('resumes by itself in 1:43')
  const guessed = serverWaitText({ ms: 4200, isTold: false })
  expect(guessed).toContain('does not say for how long')
  expect(guessed).toContain('asked again in 0:05')
})

it('counts towards a time', () => {
  expect(shownWait({ ms: 2000, isTold: true }, 10_000)).toEqual({ untilMs: 12_000, isTold: true })
  expect(shownWait(undefined)).toBeUndefined()
})
