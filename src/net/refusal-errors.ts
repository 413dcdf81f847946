import { BundleError } from '../base/errors.ts'
import type { Refusal } from './server-answer.ts'

const ownAccount = 'download the folder with your own account and choose it here.'

const words = {
  'no-such-model': {
    why: 'there is no model of this name, or it is private',
    action: `Check the address. If it is private, ${ownAccount}`,
  },
  gated: {
    why: 'it is given only to accounts that have accepted its terms',
    action: `Accept the terms on its page, ${ownAccount}`,
  },
  'no-such-revision': {
    why: 'there is no branch, tag or commit of this name',
    action: 'Check the revision in the address. A slash in the name of a branch is written as %2F.',
  },
  'not-allowed': {
    why: 'it does not give this file to everyone',
    action: `Check the address. If it is private, ${ownAccount}`,
  },
} as const satisfies Partial<Record<Refusal, { readonly why: string; readonly action: string }>>

/** A server that does not give a file. */
export function refused(path: string, refusal: keyof typeof words, status: number): BundleError {
  const { why, action } = words[refusal]
  const message = `The server answers ${status} to the request for ${path}: ${why}.`
  return new BundleError({ code: refusal, message, action, subject: path, recoverable: true })
}

/** It gave parts of the file, and gives no more, though it was asked several times. */
export function accessLapsed(path: string, status: number): BundleError {
  return new BundleError({
    code: 'access-lapsed',
    message: `The server gave parts of ${path}, and now answers ${status} each time it is asked.`,
    action: 'Load it again in a while. If the address itself was signed for a limited time, use a fresh one.',
    subject: path,
    recoverable: true,
  })
}

/** It limits requests, for longer than this app waits. */
export function tooManyRequests(path: string, askedMs: number | undefined): BundleError {
  const asked = askedMs === undefined ? '' : ` and asks to wait ${Math.ceil(askedMs / 1000)} s`
  return new BundleError({
    code: 'too-many-requests',
    message: `The server limits how often it may be asked (429)${asked}; ${path} did not come.`,
    action: 'Load it again when that time is over; other visitors behind the same address count, too.',
    subject: path,
    recoverable: true,
  })
}

/** Whether it may go better another time, with what is stored by then kept. */
export function isPassing(error: unknown): error is BundleError {
  return error instanceof BundleError && ['network', 'access-lapsed', 'too-many-requests'].includes(error.code)
}

/** Whether the server did not give what it may give to others, or at other times. */
export function isRefused(error: unknown): error is BundleError {
  return (
    isPassing(error) || (error instanceof BundleError && ['no-such-model', 'gated', 'not-allowed'].includes(error.code))
  )
}

export function missingFile(path: string, message: string): BundleError {
  return new BundleError({
    code: 'missing-file',
    message,
    action: 'Put the whole folder that the builder made there, or build the bundle again.',
    subject: path,
    recoverable: true,
  })
}

export function networkError(path: string, message: string, cause?: unknown): BundleError {
  return new BundleError({
    code: 'network',
    message,
    action: 'Check the connection and the address. A server elsewhere must also allow requests from this site (CORS).',
    subject: path,
    recoverable: true,
    cause,
  })
}

/** The server answered, so that neither the connection nor its leave to ask (CORS) is at fault. */
export function serverError(path: string, message: string): BundleError {
  return new BundleError({
    code: 'network',
    message,
    action: 'Load it again in a while; if that does not help, check the address.',
    subject: path,
    recoverable: true,
  })
}
