import { expect, it } from 'vitest'
import { steadyRows } from './steady-rows.ts'
import type { TreeRow } from './tree-rows.ts'

const rows = (...keys: string[]): TreeRow[] =>
  keys.map((key) => ({ key, kind: 'expression', label: key, spans: [], rows: [] }))
const keys = (given: readonly TreeRow[]) => given.map(({ key, isOld }) => (isOld ? `(${key})` : key)).join(' ')

it.each([
  ['a', 'a b', true, 'a b'],
  // The order of the words is another one: the places are not.
  ['a b c', 'c b a', true, 'a b c'],
  // What is new takes the place of what went.
  ['a b c', 'c x a', true, 'a x c'],
  // The last row moves into a place that is left free, and no other row.
  ['a b c d', 'd c a', true, 'a d c'],
  ['a b', 'b', true, 'b'],
  ['a b', '', true, ''],
  // While the answer grows, what it has not said again stays as that of the answer before.
  ['a b c', 'b', false, '(a) b (c)'],
  ['a b c', 'b x', false, '(a) b (c) x'],
])('before: %s; now: %s; whole: %s', (before, now, isWhole, expected) => {
  const of = (text: string) => rows(...text.split(' ').filter(Boolean))
  const steady = steadyRows(of(before), of(now), isWhole)
  expect(keys(steady)).toBe(expected)
  expect(keys(steadyRows(steady, of(now), isWhole)), 'the same again').toBe(expected)
})

it('shows no words for what an earlier answer said', () => {
  const [old] = steadyRows(
    [{ ...rows('a')[0], spans: [{ stage: 'expression', track: 'picture', from: 0, to: 1 }] }],
    [],
    false,
  )
  expect(old.spans).toEqual([])
})
