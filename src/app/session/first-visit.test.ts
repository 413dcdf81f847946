import { expect, it } from 'vitest'
import { hasChosenSource, rememberSourceChosen } from './first-visit.ts'

it('knows who has chosen before', () => {
  const kept = new Map<string, string>()
  const shelf = () => ({
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  })
  expect(hasChosenSource(shelf)).toBe(false)
  rememberSourceChosen(shelf)
  expect(hasChosenSource(shelf)).toBe(true)
})

it('takes everybody for new where nothing can be kept', () => {
  const shelf = () => {
    throw new Error('private')
  }
  rememberSourceChosen(shelf)
  expect(hasChosenSource(shelf)).toBe(false)
})
