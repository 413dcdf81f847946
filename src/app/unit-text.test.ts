import { expect, test } from 'vitest'
import { measuredUnits } from '../affect/measures.ts'
import { unitText } from './unit-text.ts'

test('names a unit once, and its code once', () => {
  expect(unitText('AU12')).toBe('lip corner puller AU12')
  for (const unit of measuredUnits) expect(unitText(unit)).toMatch(new RegExp(`^[a-z ]+ ${unit}$`))
})
