import { CheckpointError } from '../base/errors.ts'

/** Codes of errors after which the same build can be resumed. */
const temporary = ['network', 'access-lapsed', 'too-many-requests']

/** Adds to errors that interrupt a build only for a while that its finished weights are kept; returns others as is. */
export function asResumable(error: unknown): unknown {
  if (!(error instanceof CheckpointError) || !temporary.includes(error.code)) return error
  return new CheckpointError({
    code: error.code,
    message: `${error.message} Every weight that was finished is kept.`,
    action: `${error.action} Only what is missing will be fetched.`,
    ...(error.subject === undefined ? {} : { subject: error.subject }),
    recoverable: true,
    cause: error.cause,
  })
}
