import { expect, it } from 'vitest'
import { CaptureError } from '../../../base/errors.ts'
import type { SourceProblem } from '../../session/session-state.ts'
import { problemChoices } from './problem-choices.ts'

const error = new CaptureError({ code: 'a', message: 'It did not open.', action: 'Try another.' })
const choices = (at: SourceProblem['at'], firstChoice: SourceProblem['firstChoice']) =>
  problemChoices({ at, title: 'Not opened', error, firstChoice }).map(({ id, title }) => `${id}: ${title}`)

it('offers first what helps most', () => {
  expect(choices('camera', 'try-again')).toEqual(['camera: Try again', 'drawn: Use the drawn face'])
  expect(choices('drawn', 'try-again')).toEqual(['drawn: Try again', 'file: Open a video'])
  expect(choices('file', 'choose-file')).toEqual(['file: Choose another file', 'drawn: Use the drawn face'])
})

it('does not offer again what cannot succeed here', () => {
  expect(choices('camera', 'choose-file')).toEqual(['file: Open a video', 'drawn: Use the drawn face'])
  expect(choices('drawn', 'choose-file')).toEqual(['file: Open a video'])
})

it('does not offer what is on already', () => {
  const problem = { at: 'camera', title: 'Not opened', error, firstChoice: 'try-again' } as const
  expect(problemChoices(problem, 'drawn').map(({ id }) => id)).toEqual(['camera', 'file'])
  expect(problemChoices({ ...problem, firstChoice: 'choose-file' }, 'drawn').map(({ id }) => id)).toEqual(['file'])
})
