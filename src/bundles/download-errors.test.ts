import { expect, it } from 'vitest'
import type { RequestFailure } from '../net/http-failures.ts'
import { downloadErrors } from './download-errors.ts'

const errors = downloadErrors('https://a.test/b/')
const file = { name: 'data/vision.000', url: 'https://a.test/b/data/vision.000', isPartlyRead: false }
const response = (status: number) => new Response(null, { status })

it.each<[RequestFailure, string, boolean]>([
  [{ kind: 'unreachable', cause: 'x' }, 'data/vision.000 could not be fetched from https://a.test/b/.', true],
  [{ kind: 'broken', cause: 'x' }, 'The connection broke while data/vision.000 was being fetched.', true],
  [{ kind: 'stalled', stallMs: 20_000, cause: 'x' }, 'Nothing of data/vision.000 came for 20 s.', true],
  [
    { kind: 'busy', status: 503, askedMs: 6500 },
    'The server answered 503 to the request for data/vision.000 and asks to wait 7 s.',
    false,
  ],
  [
    { kind: 'busy', status: 500, askedMs: undefined },
    'The server answered 500 to the request for data/vision.000.',
    false,
  ],
])('tells of a request that failed: %j', (failure, message, isConnection) => {
  const error = errors.failed(file, failure, 5, false)
  expect(error).toMatchObject({ name: 'BundleError', code: 'network', message, subject: file.name, recoverable: true })
  expect(error.action.includes('Check the connection')).toBe(isConnection)
})

it.each([
  ['no-such-model', 401, 'there is no model of this name, or it is private'],
  ['gated', 403, 'it is given only to accounts that have accepted its terms'],
  ['no-such-revision', 404, 'there is no branch, tag or commit of this name'],
  ['not-allowed', 403, 'it does not give this file to everyone'],
] as const)('tells why the server refuses: %s', (code, status, why) => {
  const message = `The server answers ${status} to the request for data/vision.000: ${why}.`
  const error = errors.refused(file, code, response(status))
  expect(error).toMatchObject({ name: 'BundleError', code, message, subject: file.name, recoverable: true })
})

it('tells of other statuses, of signatures that have run out and of limits', () => {
  expect(errors.refused(file, 'other', response(400))).toMatchObject({
    code: 'network',
    message: 'The server answered 400 to the request for data/vision.000.',
  })
  expect(errors.accessLapsed(file, 403)).toMatchObject({
    code: 'access-lapsed',
    message: 'The server sent parts of data/vision.000, and now answers 403 to every request.',
  })
  expect(errors.tooManyRequests(file, 86_400_000)).toMatchObject({
    code: 'too-many-requests',
    message:
      'The server limits how often it may be asked (429) and asks to wait 86400 s; data/vision.000 was not sent.',
  })
  expect(errors.tooManyRequests(file, undefined).message).toBe(
    'The server limits how often it may be asked (429); data/vision.000 was not sent.',
  )
})
