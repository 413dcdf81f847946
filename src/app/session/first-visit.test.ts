import { expect, it } from 'vitest'
import { hasChosenSource, rememberSourceChosen } from './first-visit.ts'

it('knows who has chosen before', () => {
  const kept = new Map<string, string>()
  const storage = () => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  })
  expect(hasChosenSource(storage)).toBe(false)
  rememberSourceChosen(storage)
  expect(hasChosenSource(storage)).toBe(true)
})

it('takes everybody for new where nothing can be kept', () => {
  const storage = () => {
    throw new Error('private')
  }
  rememberSourceChosen(storage)
  expect(hasChosenSource(storage)).toBe(false)
})
