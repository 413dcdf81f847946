import { CaptureError } from '../base/errors.ts'

/**
 * The clip of half a megabyte that is published beside the page, as a file.
 *
 * @param url on this site
 * @throws CaptureError `clip-not-loaded`, or the reason of an abort
 */
export async function fetchClip(url: string, signal?: AbortSignal): Promise<Blob> {
  let cause: unknown
  try {
    const response = await fetch(url, signal ? { signal } : {})
    if (response.ok) return await response.blob()
    cause = new Error(`status ${response.status}`)
  } catch (error) {
    signal?.throwIfAborted()
    cause = error
  }
  throw new CaptureError({
    code: 'clip-not-loaded',
    message: 'The sample clip could not be loaded.',
    action: 'Check the connection and try again, or open a video of your own.',
    recoverable: true,
    cause,
  })
}
