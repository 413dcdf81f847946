import { VidemoError } from '../base/errors.ts'

/** The API was called in a way that cannot work, or the caller ended what it had begun. */
export class UseError extends VidemoError {
  override readonly name = 'UseError'
}

/** The caller's `mayDownload` said no. */
export function downloadDeclined(name: string): UseError {
  return new UseError({
    code: 'download-declined',
    message: `The weights of ${name} were not fetched, because mayDownload did not return true.`,
    action: 'Make another analyzer when the download is wanted, or give it a smaller bundle.',
    subject: name,
    recoverable: true,
  })
}

/** The caller's `mayDownload` threw. */
export function mayDownloadFailed(cause: unknown): UseError {
  const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return new UseError({
    code: 'may-download-failed',
    message: `The function given as mayDownload threw an error, so nothing was fetched: ${why}`,
    action: 'Correct that function: it must return true or false, or a promise of it.',
    cause,
  })
}

/** `stop` was called, or the signal aborted, before the model was loaded. */
export function stoppedEarly(cause: unknown): UseError {
  return new UseError({
    code: 'stopped',
    message: 'The analyzer was stopped before its model was loaded.',
    action: 'Make another analyzer when something is to be read.',
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The script was loaded where no worker can be asked for as a page does. */
export function noPage(): UseError {
  return new UseError({
    code: 'no-page',
    message: 'createAnalyzer was called outside of a page: there is no document.',
    action: 'Call it in a page; it starts a worker of its own.',
  })
}
