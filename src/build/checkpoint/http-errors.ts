import { CheckpointError } from '../../base/errors.ts'
import {
  type HttpErrors,
  type PermanentRefusal,
  type RemoteFile,
  type RequestFailure,
  RetryableError,
} from '../../net/http-failures.ts'
import { withoutQuery } from './checkpoint-address.ts'

const withOwnAccount = 'download it with your own account, then build from its folder.'
const later = 'Try again later.'

/** The CheckpointErrors of requests: `network`, `http-status`, or one called as the refusal. */
export const checkpointErrors: HttpErrors = {
  refused,
  accessLapsed,
  tooManyRequests,
  failed(file, failure, attempts, isReadable) {
    const why = reasonOf(failure)
    if (failure.kind === 'busy') return networkError(file, { attempts, why, action: later })
    return networkError(file, { attempts, why, action: connectionAction(isReadable), cause: failure.cause })
  },
}

function reasonOf(failure: RequestFailure): string {
  if (failure.kind === 'busy') return `the server answered ${failure.status}`
  return failure.cause instanceof Error ? failure.cause.message : String(failure.cause)
}

/** The file's address in messages: without its query, which may hold a key. */
function shownUrl({ url }: RemoteFile): string {
  return withoutQuery(url)
}

export function refused(file: RemoteFile, refusal: PermanentRefusal, { status, headers }: Response): CheckpointError {
  const answer = `The server answers ${status} to ${shownUrl(file)}`
  const { what, action } = refusals[refusal](file, ownWords(headers))
  return new CheckpointError({
    code: refusal === 'other' ? 'http-status' : refusal,
    message: what === '' ? `${answer}.` : `${answer}: ${what}.`,
    action,
    subject: file.name,
  })
}

const refusals: Readonly<
  Record<
    PermanentRefusal,
    (file: RemoteFile, words: string | undefined) => { readonly what: string; readonly action: string }
  >
> = {
  'no-such-model': () => ({
    what: 'there is no model of this name, or it is private',
    action: `Check the spelling of OWNER/NAME. If the model is private, ${withOwnAccount}`,
  }),
  gated: () => ({
    what: 'the model is given only to accounts that have accepted its terms',
    action: `Accept the terms on the model’s page, ${withOwnAccount}`,
  }),
  'no-such-revision': (file) => ({
    what: `the model has no branch, tag or commit ${revisionOf(file)}`,
    action: 'Check the revision in the address. A slash in the name of a branch is written as %2F.',
  }),
  'not-allowed': (_, words) => ({
    what: words ?? 'it does not give this file to everyone',
    action: `Check the address. If the model is private, or its terms must be accepted, ${withOwnAccount}`,
  }),
  other: (_, words = '') => ({ what: words, action: 'Check the address of the checkpoint.' }),
}

/** What the hub says beside its status, quoted; undefined where it says nothing or does not show it. */
function ownWords(headers: Headers): string | undefined {
  const words = headers.get('x-error-message')?.replace(/\s+/g, ' ').trim().replace(/\.$/, '').slice(0, 200)
  return words ? `“${words}”` : undefined
}

function revisionOf(file: RemoteFile): string {
  const revision = /\/resolve\/([^/]+)\//.exec(shownUrl(file))?.[1]
  return revision === undefined ? 'of this name' : `“${decodeURIComponent(revision)}”`
}

function accessLapsed(file: RemoteFile, status: number): CheckpointError {
  return new CheckpointError({
    code: 'access-lapsed',
    message: `The server sent parts of ${shownUrl(file)}, and now answers ${status} to every request.`,
    action: 'Try again later. If the address itself was signed for a limited time, begin with a fresh one.',
    subject: file.name,
    recoverable: true,
  })
}

function tooManyRequests(file: RemoteFile, askedMs: number | undefined): CheckpointError {
  const asked = askedMs === undefined ? 'does not say for how long' : `asks to wait ${Math.ceil(askedMs / 60_000)} min`
  return new CheckpointError({
    code: 'too-many-requests',
    message: `The server limits how often it may be asked (429) and ${asked}; ${shownUrl(file)} was not sent.`,
    action: 'Try again when that time is over; other visitors behind the same address count, too.',
    subject: file.name,
    recoverable: true,
  })
}

export function changed(file: string, how: string): CheckpointError {
  return new CheckpointError({
    code: 'source-changed',
    message: `${file} was changed on the server while it was being read: ${how}.`,
    action: 'Start again, so that all parts come from one version.',
    subject: file,
    recoverable: true,
  })
}

export function rangeIgnored(file: RemoteFile): CheckpointError {
  return new CheckpointError({
    code: 'range-ignored',
    message: `The server sends ${shownUrl(file)} only whole; weights are read in parts.`,
    action: 'Use a host that supports Range requests, or download the checkpoint and build from its folder.',
    subject: file.name,
  })
}

export function contentRangeHidden(file: RemoteFile): CheckpointError {
  return new CheckpointError({
    code: 'content-range-hidden',
    message: `The server does not show this page the Content-Range of ${shownUrl(file)}.`,
    action: 'Let the host send "Access-Control-Expose-Headers: Content-Range, ETag", or choose a folder instead.',
    subject: file.name,
  })
}

export function tooLarge(file: RemoteFile, limitBytes: number): CheckpointError {
  return new CheckpointError({
    code: 'too-large',
    message: `${shownUrl(file)} is larger than ${limitBytes} bytes.`,
    action: 'Check the address; such a file is small.',
    subject: file.name,
  })
}

/** An answer whose status is right and whose content does not fit the request; `why` begins with a small letter. */
export function oddAnswer(file: RemoteFile, why: string): RetryableError {
  return new RetryableError((attempts) => networkError(file, { attempts, why, action: later }))
}

interface Unread {
  readonly attempts: number
  /** What was wrong with the last attempt. */
  readonly why: string
  readonly action: string
  readonly cause?: unknown
}

function networkError(file: RemoteFile, { attempts, why, action, cause }: Unread): CheckpointError {
  return new CheckpointError({
    code: 'network',
    message: `${shownUrl(file)} could not be read in ${attempts} attempts; the last one: ${why}.`,
    action,
    subject: file.name,
    recoverable: true,
    cause,
  })
}

/** What to do when there was no answer that this program may see. */
function connectionAction(isReadable: boolean): string {
  // Only browsers ask whether a server lets a page read from it: Node has no such rule.
  if (!('location' in globalThis)) return 'Check the connection and the address, then try again.'
  return isReadable
    ? 'Check the connection, then try again. A refusal that the server hides from other sites looks the same here.'
    : 'Check the connection, the address, and that the host lets other sites read it (CORS); then try again.'
}
