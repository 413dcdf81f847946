import { expect, it } from 'vitest'
import { closesWhenLetGo } from './use-sheet-drag.ts'

it('closes a sheet that was dragged far, or pushed fast, and keeps any other', () => {
  expect(closesWhenLetGo(120, 2000)).toBe(true)
  expect(closesWhenLetGo(40, 50)).toBe(true)
  expect(closesWhenLetGo(40, 400)).toBe(false)
  // A tap, and a drag upwards.
  expect(closesWhenLetGo(2, 1)).toBe(false)
  expect(closesWhenLetGo(-200, 50)).toBe(false)
})
