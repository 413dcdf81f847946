import { afterEach, expect, it, vi } from 'vitest'
import type { RequestFailure } from '../../net/http-failures.ts'
import { checkpointErrors, oddAnswer } from './http-errors.ts'

const file = { name: 'config.json', url: 'https://h.test/o/n/config.json?key=secret', isPartlyRead: false }
const shown = 'https://h.test/o/n/config.json'

afterEach(() => vi.unstubAllGlobals())

it.each<[RequestFailure, string]>([
  [{ kind: 'unreachable', cause: new TypeError('fetch failed') }, 'fetch failed'],
  [{ kind: 'broken', cause: new TypeError('terminated') }, 'terminated'],
  [{ kind: 'stalled', stallMs: 30, cause: new Error('nothing arrived for 30 ms') }, 'nothing arrived for 30 ms'],
  [{ kind: 'busy', status: 503, askedMs: 1000 }, 'the server answered 503'],
])('tells of a request that failed, without the key in its address: %j', (failure, why) => {
  const error = checkpointErrors.failed(file, failure, 6, true)
  expect(error).toMatchObject({
    name: 'CheckpointError',
    code: 'network',
    message: `${shown} could not be read in 6 attempts; the last one: ${why}.`,
    subject: file.name,
    recoverable: true,
  })
})

it('advises as fits: Node has no CORS, and a server that has given something lets a page read it', () => {
  const failure: RequestFailure = { kind: 'unreachable', cause: 'x' }
  const action = (isReadable: boolean) => checkpointErrors.failed(file, failure, 6, isReadable).action
  expect(action(false)).toBe('Check the connection and the address, then try again.')
  vi.stubGlobal('location', new URL('https://page.test/'))
  expect(action(false)).toContain('(CORS)')
  expect(action(true)).toContain('A refusal that the server hides from other sites looks the same here.')
  expect(checkpointErrors.failed(file, { kind: 'busy', status: 500, askedMs: undefined }, 6, false).action).toBe(
    'Try again later.',
  )
})

it('tells of an answer that does not fit', () => {
  expect(oddAnswer(file, 'the server sent more than the range').toError(2)).toMatchObject({
    code: 'network',
    message: `${shown} could not be read in 2 attempts; the last one: the server sent more than the range.`,
    action: 'Try again later.',
  })
})

it('tells of signatures that have run out and of limits', () => {
  expect(checkpointErrors.accessLapsed(file, 403)).toMatchObject({
    code: 'access-lapsed',
    message: `The server sent parts of ${shown}, and now answers 403 to every request.`,
  })
  expect(checkpointErrors.tooManyRequests(file, 3_601_000).message).toBe(
    `The server limits how often it may be asked (429) and asks to wait 61 min; ${shown} was not sent.`,
  )
  expect(checkpointErrors.tooManyRequests(file, undefined).message).toBe(
    `The server limits how often it may be asked (429) and does not say for how long; ${shown} was not sent.`,
  )
})
