import { BundleError } from '../base/errors.ts'
import type { HttpErrors, PermanentRefusal, RemoteFile, RequestFailure } from '../net/http-failures.ts'

const ownAccount = 'download the folder with your own account and choose it here.'

const refusals: Readonly<
  Record<Exclude<PermanentRefusal, 'other'>, { readonly why: string; readonly action: string }>
> = {
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
}

/** The BundleErrors of a download from `base`: `network`, or one called as the refusal. */
export function downloadErrors(base: string): HttpErrors {
  return {
    refused,
    accessLapsed,
    tooManyRequests,
    failed: (file, failure) => failed(base, file, failure),
  }
}

function refused({ name: path }: RemoteFile, refusal: PermanentRefusal, { status }: Response): BundleError {
  if (refusal === 'other') return serverError(path, `The server answered ${status} to the request for ${path}.`)
  const { why, action } = refusals[refusal]
  const message = `The server answers ${status} to the request for ${path}: ${why}.`
  return new BundleError({ code: refusal, message, action, subject: path, recoverable: true })
}

function accessLapsed({ name: path }: RemoteFile, status: number): BundleError {
  return new BundleError({
    code: 'access-lapsed',
    message: `The server sent parts of ${path}, and now answers ${status} to every request.`,
    action: 'Load it again later. If the address itself was signed for a limited time, use a fresh one.',
    subject: path,
    recoverable: true,
  })
}

function tooManyRequests({ name: path }: RemoteFile, askedMs: number | undefined): BundleError {
  return new BundleError({
    code: 'too-many-requests',
    message: `The server limits how often it may be asked (429)${askedWait(askedMs)}; ${path} was not sent.`,
    action: 'Load it again when that time is over; other visitors behind the same address count, too.',
    subject: path,
    recoverable: true,
  })
}

function failed(base: string, { name: path }: RemoteFile, failure: RequestFailure): BundleError {
  switch (failure.kind) {
    case 'unreachable':
      return networkError(path, `${path} could not be fetched from ${base}.`, failure.cause)
    case 'broken':
      return networkError(path, `The connection broke while ${path} was being fetched.`, failure.cause)
    case 'stalled':
      return networkError(path, `Nothing of ${path} came for ${failure.stallMs / 1000} s.`, failure.cause)
    case 'busy': {
      const answer = `The server answered ${failure.status} to the request for ${path}`
      return serverError(path, `${answer}${askedWait(failure.askedMs)}.`)
    }
  }
}

function askedWait(askedMs: number | undefined): string {
  return askedMs === undefined ? '' : ` and asks to wait ${Math.ceil(askedMs / 1000)} s`
}

/** Whether the download may succeed at another time; what is stored by then is kept. */
export function isPassing(error: unknown): error is BundleError {
  return error instanceof BundleError && ['network', 'access-lapsed', 'too-many-requests'].includes(error.code)
}

/** Whether the server refuses what it may give to others, or at another time. */
export function isRefused(error: unknown): error is BundleError {
  return (
    isPassing(error) || (error instanceof BundleError && ['no-such-model', 'gated', 'not-allowed'].includes(error.code))
  )
}

function networkError(path: string, message: string, cause?: unknown): BundleError {
  return new BundleError({
    code: 'network',
    message,
    action:
      'Check the connection and the address. A server on another host must also allow requests from this site (CORS).',
    subject: path,
    recoverable: true,
    cause,
  })
}

/** The server answered, so neither the connection nor CORS is at fault. */
function serverError(path: string, message: string): BundleError {
  return new BundleError({
    code: 'network',
    message,
    action: 'Load it again later; if that does not help, check the address.',
    subject: path,
    recoverable: true,
  })
}
