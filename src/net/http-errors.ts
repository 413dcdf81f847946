import { CheckpointError } from '../base/errors.ts'
import type { Refusal } from './server-answer.ts'

/** A file of a checkpoint as messages speak of it. */
export interface NamedFile {
  readonly name: string
  /** Without its query, which may hold a key. */
  readonly shownUrl: string
}

type Final = Exclude<Refusal, 'no-such-file' | 'too-many-requests' | 'busy'>

const withOwnAccount = 'download it with your own account, then build from its folder.'

/** A refusal that the next request will meet, too. */
export function refused(file: NamedFile, refusal: Final, { status, headers }: Response): CheckpointError {
  const answer = `The server answers ${status} to ${file.shownUrl}`
  const { what, action } = refusals[refusal](file, ownWords(headers))
  return new CheckpointError({
    code: refusal === 'other' ? 'http-status' : refusal,
    message: what === '' ? `${answer}.` : `${answer}: ${what}.`,
    action,
    subject: file.name,
  })
}

const refusals: Readonly<
  Record<Final, (file: NamedFile, words: string | undefined) => { readonly what: string; readonly action: string }>
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

function revisionOf({ shownUrl }: NamedFile): string {
  const revision = /\/resolve\/([^/]+)\//.exec(shownUrl)?.[1]
  return revision === undefined ? 'of this name' : `“${decodeURIComponent(revision)}”`
}

/** The server gave this file and gives it no more, though it was asked several times. */
export function accessLapsed(file: NamedFile, status: number): CheckpointError {
  return new CheckpointError({
    code: 'access-lapsed',
    message: `The server gave parts of ${file.shownUrl}, and now answers ${status} each time it is asked.`,
    action: 'Try again in a while. If the address itself was signed for a limited time, begin with a fresh one.',
    subject: file.name,
    recoverable: true,
  })
}

/** Longer than this app waits. */
export function tooManyRequests(file: NamedFile, askedMs: number | undefined): CheckpointError {
  const asked = askedMs === undefined ? 'does not say for how long' : `asks to wait ${Math.ceil(askedMs / 60_000)} min`
  return new CheckpointError({
    code: 'too-many-requests',
    message: `The server limits how often it may be asked (429) and ${asked}; ${file.shownUrl} did not come.`,
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

export function rangeIgnored(file: NamedFile): CheckpointError {
  return new CheckpointError({
    code: 'range-ignored',
    message: `The server sends ${file.shownUrl} only whole; weights are read in parts.`,
    action: 'Use a host that honours Range requests, or download the checkpoint and build from its folder.',
    subject: file.name,
  })
}

export function contentRangeHidden(file: NamedFile): CheckpointError {
  return new CheckpointError({
    code: 'content-range-hidden',
    message: `The server does not show this page the Content-Range of ${file.shownUrl}.`,
    action: 'Let the host send "Access-Control-Expose-Headers: Content-Range, ETag", or choose a folder instead.',
    subject: file.name,
  })
}

export function tooLarge(file: NamedFile, limitBytes: number): CheckpointError {
  return new CheckpointError({
    code: 'too-large',
    message: `${file.shownUrl} is larger than ${limitBytes} bytes.`,
    action: 'Check the address; such a file is small.',
    subject: file.name,
  })
}

/** What is known of a file that could not be read for a reason that may pass. */
export interface NetworkTrouble {
  readonly attempts: number
  readonly cause: unknown
  /** No answer came that the program may see: the connection failed, or a browser kept the answer from the page. */
  readonly isUnanswered: boolean
  /** The server has given something before, so that it lets this site read it. */
  readonly hasGiven: boolean
}

export function networkError(file: NamedFile, trouble: NetworkTrouble): CheckpointError {
  const { attempts, cause } = trouble
  const why = cause instanceof Error ? cause.message : String(cause)
  return new CheckpointError({
    code: 'network',
    message: `${file.shownUrl} could not be read in ${attempts} attempts; the last one: ${why}.`,
    action: networkAction(trouble),
    subject: file.name,
    recoverable: true,
    cause,
  })
}

function networkAction({ isUnanswered, hasGiven }: NetworkTrouble): string {
  if (!isUnanswered) return 'Try again in a while.'
  // Only pages have to be let in.
  if (!('location' in globalThis)) return 'Check the connection and the address, then try again.'
  return hasGiven
    ? 'Check the connection, then try again. A refusal that the server hides from other sites looks the same here.'
    : 'Check the connection, the address, and that the host lets other sites read it (CORS); then try again.'
}
