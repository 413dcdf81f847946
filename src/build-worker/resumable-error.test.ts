import { expect, it } from 'vitest'
import { CheckpointError } from '../base/errors.ts'
import { asResumable } from './resumable-error.ts'

const error = (code: string) =>
  new CheckpointError({ code, message: 'It was not sent.', action: 'Try again.', subject: 'a', recoverable: true })

it.each(['network', 'access-lapsed', 'too-many-requests'])('%s loses nothing, and says so', (code) => {
  expect(asResumable(error(code))).toMatchObject({
    name: 'CheckpointError',
    code,
    message: 'It was not sent. Every weight that was finished is kept.',
    action: 'Try again. Only what is missing will be fetched.',
    subject: 'a',
    recoverable: true,
  })
})

it('other errors stay as they are', () => {
  const others = [error('gated'), error('source-changed'), new Error('x')]
  for (const other of others) expect(asResumable(other)).toBe(other)
})
