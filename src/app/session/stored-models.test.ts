import { expect, it } from 'vitest'
import type { BundleEntry } from '../../readers/worker/protocol.ts'
import { goneOf, loadStoredNames, saveStoredNames } from './stored-models.ts'

const entry = (key: string, state: BundleEntry['state'] = 'whole'): BundleEntry => ({
  key,
  name: `model ${key}`,
  url: '',
  bytes: 10,
  savedAt: '2026-11-22',
  state,
  storedBytes: 10,
})

function shelf(value: string | null = null) {
  let kept = value
  return {
    getItem: () => kept,
    setItem: (_: string, text: string) => {
      kept = text
    },
  }
}

it('what was whole at the last look and is not there now, or not whole, has gone', () => {
  const own = shelf()
  saveStoredNames([entry('a'), entry('b'), entry('c', 'partial')], () => own)
  const before = loadStoredNames(() => own)
  expect(before.map(({ key }) => key)).toEqual(['a', 'b'])
  expect(goneOf(before, [entry('b'), entry('d')])).toEqual([{ key: 'a', name: 'model a', bytes: 10 }])
  expect(goneOf(before, [entry('a', 'partial'), entry('b')]).map(({ key }) => key)).toEqual(['a'])
  expect(
    goneOf(
      before,
      before.map(({ key }) => entry(key)),
    ),
  ).toEqual([])
})

it.each([null, 'junk', '{}', '[{"key":1}]'])('%s on the shelf is nothing', (text) => {
  expect(loadStoredNames(() => shelf(text))).toEqual([])
})

it('does without a shelf', () => {
  const denied = () => {
    throw new DOMException('no', 'SecurityError')
  }
  saveStoredNames([entry('a')], denied)
  expect(loadStoredNames(denied)).toEqual([])
})
