import { CaptureError } from '../base/errors.ts'
import { insecureContext } from './camera.ts'
import { LiveCapture } from './live-capture.ts'

export interface ScreenOptions {
  /** Told once when the person ends the sharing with the browser's own button: `screen-ended`. */
  readonly onEnded?: (error: CaptureError) => void
  /** Called when the shared surface stops being visible, and when it is visible again. */
  readonly onMuted?: (isMuted: boolean) => void
}

/** Whether this browser can share a tab, a window or a screen; phones cannot. */
export function canCaptureScreen(): boolean {
  const devices: Partial<MediaDevices> | undefined = navigator.mediaDevices
  return typeof devices?.getDisplayMedia === 'function'
}

/**
 * Captures a tab, a window or a screen, without sound; the browser asks the person which. To be called by a press.
 *
 * @throws CaptureError `screen-canceled`, `screen-denied`, `no-screen-capture`, `insecure-context`
 */
export async function openScreen({ onEnded, onMuted }: ScreenOptions = {}): Promise<LiveCapture> {
  if (!canCaptureScreen()) throw globalThis.isSecureContext ? noScreenCapture() : insecureContext()
  let stream: MediaStream
  try {
    stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { ideal: 30 } }, audio: false })
  } catch (error) {
    throw screenError(error)
  }
  const [track] = stream.getVideoTracks()
  if (!track) throw noScreenCapture()
  return new LiveCapture({ stream, track, isMirrored: false, ended: screenEnded, onEnded, onMuted })
}

function noScreenCapture(): CaptureError {
  return new CaptureError({
    code: 'no-screen-capture',
    message: 'This browser cannot share a tab or a screen.',
    action: 'Use a browser on a computer, or open a video or the camera instead.',
  })
}

/**
 * Browsers give one name to a choice that the person closed and to a system or a host that says no; the two differ in the
 * message alone, and where that says nothing of a system or a policy, the choice was closed.
 */
export function screenError(error: unknown): CaptureError {
  const isRefused = error instanceof DOMException && error.name === 'NotAllowedError'
  return isRefused && !/by system|polic/i.test(error.message) ? screenCanceled(error) : screenDenied(error)
}

function screenCanceled(cause: unknown): CaptureError {
  return new CaptureError({
    code: 'screen-canceled',
    message: 'No tab or screen was chosen.',
    action: 'Choose a tab, a window or a screen.',
    recoverable: true,
    cause,
  })
}

function screenDenied(cause: unknown): CaptureError {
  return new CaptureError({
    code: 'screen-denied',
    message: 'The system or this page’s host does not allow the browser to share a tab or a screen.',
    action: 'On a Mac, allow the browser to record the screen in the privacy settings; then try again.',
    recoverable: true,
    cause,
  })
}

function screenEnded(): CaptureError {
  return new CaptureError({
    code: 'screen-ended',
    message: 'Sharing was ended, or the shared window was closed.',
    action: 'Share a tab or a screen again.',
    recoverable: true,
  })
}
