import { expect, it } from 'vitest'
import { CaptureError } from '../../../base/errors.ts'
import { problemChoices } from './problem-choices.ts'

const error = (code: string) => new CaptureError({ code, message: 'It did not open.', action: 'Try another.' })
const choices = (at: Parameters<typeof problemChoices>[0]['at'], code: string) =>
  problemChoices({ at, title: 'Not opened', error: error(code) }).map(({ id, title }) => `${id}: ${title}`)

it('offers first what is likeliest to help', () => {
  expect(choices('file', 'not-a-video')).toEqual(['file: Choose another file', 'drawn: Use the drawn face'])
  expect(choices('camera', 'camera-denied')).toEqual(['camera: Try again', 'drawn: Use the drawn face'])
  expect(choices('drawn', 'no-canvas')).toEqual(['drawn: Try again', 'file: Open a video'])
})

it('does not offer first what cannot succeed here', () => {
  expect(choices('camera', 'no-camera')).toEqual(['drawn: Use the drawn face', 'camera: Try again'])
  expect(choices('screen', 'no-screen-capture')).toEqual(['drawn: Use the drawn face'])
})
