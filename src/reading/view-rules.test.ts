import { expect, it } from 'vitest'
import { reasoningPreset } from '../affect/stages.ts'
import { createFold } from './fold.ts'
import { emptyReading, trackOf } from './reading.ts'
import { isAskedIn, viewFor } from './view-rules.ts'

it('shows each model what it was taught on', () => {
  expect(viewFor({ reads: 'drawn-faces' }, { isDrawn: false })).toBe('twin')
  expect(viewFor({ reads: 'drawn-faces' }, { isDrawn: true })).toBe('picture')
  expect(viewFor({ reads: 'faces' }, { isDrawn: false })).toBe('face')
  expect(viewFor({ reads: undefined }, { isDrawn: false })).toBe('face')
  expect(viewFor({ reads: 'faces' }, { isDrawn: true })).toBe('picture')
})

it('asks nothing about the looks of a twin, and waits for no such answer', () => {
  expect(isAskedIn('twin', 'attributes')).toBe(false)
  expect(isAskedIn('twin', 'expression')).toBe(true)
  expect(isAskedIn('face', 'attributes')).toBe(true)
  const fold = createFold(reasoningPreset.stages)
  const shown = (view: 'twin' | 'face') =>
    trackOf(
      fold.take(emptyReading, { type: 'update', track: 'face-1', view, update: 0, window: 0, frames: [] }),
      'face-1',
    ).current?.answers
  expect(shown('twin')?.attributes.state).toBe('empty')
  expect(shown('twin')?.expression.state).toBe('waiting')
  expect(shown('face')?.attributes.state).toBe('waiting')
})
