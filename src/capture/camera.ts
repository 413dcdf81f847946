import { CaptureError } from '../base/errors.ts'
import { LiveCapture } from './live-capture.ts'

export interface CameraChoice {
  readonly deviceId: string
  /** As the browser names it; numbered until the person has allowed a camera, for no names are told before. */
  readonly label: string
}

export interface CameraOptions {
  /** Default: the front camera. */
  readonly deviceId?: string
  /** Told once when the camera goes away while running: `camera-ended`. */
  readonly onEnded?: (error: CaptureError) => void
  /** Told whenever the camera is muted or unmuted by the browser or the system. */
  readonly onMuted?: (isMuted: boolean) => void
}

/** A camera gives frames even if nothing moves: without a frame for this long, it has no picture. */
export const cameraQuietMs = 2000

/** The model sees some 300 pixels a side: more would only cost time. */
const size = {
  width: { min: 160, ideal: 640, max: 1280 },
  height: { min: 120, ideal: 480, max: 720 },
  frameRate: { ideal: 30 },
}

/**
 * The cameras there are. Before the person has allowed one, the browser tells of at most one, without its id.
 *
 * @throws CaptureError `insecure-context`, `no-camera`
 */
export async function listCameras(): Promise<CameraChoice[]> {
  const devices = await mediaDevices().enumerateDevices()
  return devices
    .filter(({ kind }) => kind === 'videoinput')
    .map(({ deviceId, label }, i) => ({ deviceId, label: label === '' ? `Camera ${i + 1}` : label }))
}

/**
 * Calls back whenever a camera is plugged in or out, until the returned function is called. Silent where there is no
 * access to cameras at all.
 */
export function watchCameras(onChange: () => void): () => void {
  const devices: MediaDevices | undefined = navigator.mediaDevices
  devices?.addEventListener('devicechange', onChange)
  return () => devices?.removeEventListener('devicechange', onChange)
}

/**
 * Opens a camera; the browser asks the person first.
 *
 * @throws CaptureError `camera-denied`, `no-camera`, `camera-busy`, `camera-constraints`, `insecure-context`
 */
export async function openCamera({ deviceId, onEnded, onMuted }: CameraOptions = {}): Promise<LiveCapture> {
  const devices = mediaDevices()
  const which = deviceId ? { deviceId: { exact: deviceId } } : { facingMode: { ideal: 'user' } }
  let stream: MediaStream
  try {
    stream = await devices.getUserMedia({ video: { ...size, ...which }, audio: false })
  } catch (error) {
    const told = cameraError(error)
    // WebKitGTK says of a camera that is not there that it does not meet the constraints.
    if (told.code === 'camera-constraints' && !(await isThereAny(devices))) throw noCamera(error)
    throw told
  }
  const [track] = stream.getVideoTracks()
  if (!track) throw noCamera()
  // Only what looks away from the person says so.
  const isMirrored = track.getSettings().facingMode !== 'environment'
  return new LiveCapture({ stream, track, isMirrored, ended: cameraEnded, onEnded, onMuted, quietMs: cameraQuietMs })
}

/** What getUserMedia's failures mean. @see W3C Media Capture and Streams, getUserMedia, and older browsers' names */
export function cameraError(error: unknown): CaptureError {
  if (error instanceof CaptureError) return error
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
    case 'SecurityError':
      return cameraDenied(error)
    case 'NotFoundError':
    case 'DevicesNotFoundError':
      return noCamera(error)
    case 'OverconstrainedError':
    case 'ConstraintNotSatisfiedError':
      return cameraConstraints(error)
    default:
      // NotReadableError, AbortError, TrackStartError: it is there and allowed, and gives no picture.
      return cameraBusy(error)
  }
}

/** Whether there is a camera at all; where the browser does not tell, there is. */
async function isThereAny(devices: MediaDevices): Promise<boolean> {
  try {
    return (await devices.enumerateDevices()).some(({ kind }) => kind === 'videoinput')
  } catch {
    return true
  }
}

/** The browser's access to cameras and screens. @throws CaptureError `insecure-context`, `no-camera` */
function mediaDevices(): MediaDevices {
  const devices: MediaDevices | undefined = navigator.mediaDevices
  if (devices) return devices
  throw globalThis.isSecureContext ? noCamera() : insecureContext()
}

export function insecureContext(): CaptureError {
  return new CaptureError({
    code: 'insecure-context',
    message: 'Browsers give cameras and screens to pages at https:// or localhost only.',
    action: 'Open this page at its https:// address.',
  })
}

/** What browsers say of who refused, in words of their own; where they say nothing, it was the person's answer. */
function cameraDenied(cause: unknown): CaptureError {
  const told = cause instanceof Error || cause instanceof DOMException ? cause.message : ''
  const denied = (message: string, action: string) =>
    new CaptureError({ code: 'camera-denied', message, action, recoverable: true, cause })
  if (/by system/i.test(told)) {
    return denied(
      'The system does not let this browser use the camera.',
      'Allow the browser to use the camera in the system’s privacy settings; then try again.',
    )
  }
  if (/dismissed/i.test(told)) {
    return denied(
      'The browser’s question about the camera was closed without an answer.',
      'Try again and allow the camera.',
    )
  }
  if (/polic/i.test(told)) {
    return denied(
      'The page that embeds this one does not let it use the camera.',
      'Open this page by itself, in a tab of its own.',
    )
  }
  return denied(
    'This page may not use the camera: it is blocked by you or by the browser’s settings.',
    'Allow the camera at the left of the address bar, and in the system’s privacy settings; then try again.',
  )
}

function noCamera(cause?: unknown): CaptureError {
  return new CaptureError({
    code: 'no-camera',
    message: 'No camera was found.',
    action: 'Plug one in or switch it on and try again, or open a video instead.',
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

function cameraBusy(cause: unknown): CaptureError {
  return new CaptureError({
    code: 'camera-busy',
    message: 'The camera gives no picture; another program may be using it.',
    action: 'Close other programs and tabs that use the camera, or plug it in again; then try again.',
    recoverable: true,
    cause,
  })
}

function cameraConstraints(cause: unknown): CaptureError {
  return new CaptureError({
    code: 'camera-constraints',
    message: 'The chosen camera is gone, or has no picture of a usable size.',
    action: 'Choose another camera.',
    recoverable: true,
    cause,
    ...(cause instanceof Error && 'constraint' in cause ? { subject: String(cause.constraint) } : {}),
  })
}

function cameraEnded(): CaptureError {
  return new CaptureError({
    code: 'camera-ended',
    message: 'The camera was unplugged, or is no longer available.',
    action: 'Plug it in again or choose another camera.',
    recoverable: true,
  })
}
