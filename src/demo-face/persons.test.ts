import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Looks } from './face.ts'
import { personOf, persons, withLooks } from './persons.ts'
import { Random } from './random.ts'
import { sampleLooks } from './sample-clip.ts'

const looks = fc.integer({ min: 0, max: 2 ** 31 }).map((seed) => sampleLooks(new Random(seed)))
const field = fc.constantFrom(...(Object.keys(persons[0].looks) as (keyof Looks)[]))

it('people are told apart by their looks, and are of many kinds', () => {
  for (const person of persons) expect(personOf(person.looks)).toBe(person)
  expect(personOf({ ...persons[0].looks, hasHat: true })).toBeUndefined()
  expect(new Set(persons.map((person) => person.looks.skin)).size).toBeGreaterThanOrEqual(4)
  expect(new Set(persons.map((person) => person.looks.isMale)).size).toBe(2)
  expect(new Set(persons.map((person) => person.looks.isYoung)).size).toBe(2)
})

it('a change of looks is kept, and what cannot be seen with it goes', () => {
  fc.assert(
    fc.property(looks, looks, fc.array(field, { minLength: 1, maxLength: 8 }), (from, to, fields) => {
      let next = from
      for (const each of fields) {
        next = withLooks(next, { [each]: to[each] })
        expect(next[each]).toEqual(to[each])
        if (next.hairLength === 'bald') expect([next.hasHat, next.hasBangs]).toEqual([false, false])
        if (next.hairLength === 'bald' || next.hasHat || next.hasBangs) expect(next.hasRecedingHairline).toBe(false)
        if (next.hasHat) expect(next.hasBangs).toBe(false)
        if (next.glasses === 'sunglasses') expect(next.hasEyeBags).toBe(false)
        if (!next.isMale) expect([next.beard, next.hasMustache]).toEqual(['none', false])
        if (next.isMale) expect(next.hasLipstick).toBe(false)
      }
    }),
  )
})

it('looks that go together stay as they are', () => {
  fc.assert(
    fc.property(looks, (each) => {
      expect(withLooks(each, {})).toEqual(each)
    }),
  )
})
