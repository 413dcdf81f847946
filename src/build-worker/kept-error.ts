import { CheckpointError } from '../base/errors.ts'

const passing = ['network', 'access-lapsed', 'too-many-requests']

/** A lost connection, or a lapsed permission, is no lost work, and says so. */
export function withKept(error: unknown): unknown {
  if (!(error instanceof CheckpointError) || !passing.includes(error.code)) return error
  return new CheckpointError({
    code: error.code,
    message: `${error.message} Every weight that was finished is kept.`,
    action: `${error.action} Only what is missing is fetched then.`,
    ...(error.subject === undefined ? {} : { subject: error.subject }),
    recoverable: true,
    cause: error.cause,
  })
}
