import { expect, it } from 'vitest'
import { actionUnits } from '../../../affect/labels.ts'
import { motionTypes } from '../../../demo-face/sample-clip.ts'
import { words } from './words.ts'

it.each([
  [['AU6', 'AU12'], 'none', 'smiles, cheeks raised'],
  [['AU1', 'AU2', 'AU25', 'AU26'], 'none', 'brows raised, mouth open'],
  [['AU1', 'AU4', 'AU15'], 'nod', 'lip corners down, inner brows raised, brows lowered, nods'],
  [[], 'none', 'at rest'],
  [[], 'shake_head', 'at rest, shakes head'],
] as const)('tells what is to be seen of %j and %s', (units, motion, text) => {
  expect(words.seen({ units, motion })).toBe(text)
})

it('has words for every unit and every motion', () => {
  const unitWords = actionUnits.map((unit) => words.seen({ units: [unit], motion: 'none' }))
  expect(new Set([...unitWords, 'at rest']).size).toBe(actionUnits.length + 1)
  const motionWords = motionTypes.map((motion) => words.seen({ units: [], motion }))
  expect(new Set(motionWords).size).toBe(motionTypes.length)
})

it('names the drawing in the terms of the field', () => {
  expect(words.coded({ units: ['AU6', 'AU12'], emotion: 'happy' })).toBe('happy, AU6 AU12')
  expect(words.coded({ units: [], emotion: 'neutral' })).toBe('neutral')
  expect(words.coded({ units: ['AU1'], emotion: 'fear' })).toBe('afraid, AU1')
})
