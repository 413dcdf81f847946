import { expect, it } from 'vitest'
import { expressionTitles, motionTitles, truthText } from './drawn-text.ts'
import { expressionIds } from './live-face.ts'
import { motionTypes } from './sample-clip.ts'

it('every expression and every motion has a chip', () => {
  expect(expressionTitles.map(({ id }) => id).sort()).toEqual([...expressionIds].sort())
  expect(motionTitles.map(({ id }) => id).sort()).toEqual([...motionTypes].sort())
})

it('tells what is drawn', () => {
  expect(truthText({ units: ['AU6', 'AU12'], emotion: 'happy', motion: 'none' })).toBe('AU6 AU12, happy')
  expect(truthText({ units: [], emotion: 'neutral', motion: 'shake_head' })).toBe('no action unit, neutral, shake head')
})
