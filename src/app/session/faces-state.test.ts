import { expect, it } from 'vitest'
import { followed } from '../testing/fake-faces.ts'
import { measuredFace, nextFace, noFaces } from './faces-state.ts'

const three = {
  ...noFaces,
  tracks: [followed('face-1'), followed('face-2', { isHere: false }), followed('face-5')],
}

it('goes from face to face in the order of their numbers, past those that are gone', () => {
  expect(nextFace(three, 'picture')).toBe('face-5')
  expect(nextFace({ ...three, chosen: 'face-1' }, 'picture')).toBe('face-5')
  expect(nextFace({ ...three, chosen: 'face-5' }, 'picture')).toBe('face-1')
  expect(nextFace({ ...three, chosen: 'face-2' }, 'picture')).toBe('face-5')
})

it('goes nowhere where there is no other face', () => {
  expect(nextFace(noFaces, 'picture')).toBeUndefined()
  expect(nextFace({ ...noFaces, tracks: [followed('face-1')], chosen: 'face-1' }, 'picture')).toBeUndefined()
})

it('shows the measures of the chosen face, even if it is gone, and else of who is read, or first', () => {
  expect(measuredFace({ ...three, chosen: 'face-2' }, 'face-1')?.track).toBe('face-2')
  expect(measuredFace(three, 'face-5')?.track).toBe('face-5')
  expect(measuredFace(three, 'picture')?.track).toBe('face-1')
  expect(measuredFace(three, 'face-2')?.track).toBe('face-1')
  expect(measuredFace(noFaces, 'picture')).toBeUndefined()
})
