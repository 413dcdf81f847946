import { expect, it } from 'vitest'
import { followed } from '../testing/fake-faces.ts'
import { measuredFace, nextFace, noFaces } from './faces-state.ts'

const three = {
  ...noFaces,
  tracks: [followed('face-1'), followed('face-2', { isHere: false }), followed('face-5')],
}

it('goes from face to face in the order of their numbers, past those that are gone', () => {
  expect(nextFace(three)).toBe('face-1')
  expect(nextFace({ ...three, chosen: 'face-1' })).toBe('face-5')
  expect(nextFace({ ...three, chosen: 'face-5' })).toBe('face-1')
  expect(nextFace({ ...three, chosen: 'face-2' })).toBe('face-5')
})

it('goes nowhere where there is no other face', () => {
  expect(nextFace(noFaces)).toBeUndefined()
  expect(nextFace({ ...noFaces, tracks: [followed('face-1')], chosen: 'face-1' })).toBeUndefined()
})

it('shows the measures of the chosen face, even if it is gone, and else of the first that is here', () => {
  expect(measuredFace({ ...three, chosen: 'face-2' })?.track).toBe('face-2')
  expect(measuredFace(three)?.track).toBe('face-1')
  expect(measuredFace(noFaces)).toBeUndefined()
})
