import { CaptureError } from '../base/errors.ts'

/** A video of this site, as a file. Throws CaptureError `clip-not-loaded`. */
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
