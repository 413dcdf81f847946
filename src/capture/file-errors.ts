import { CaptureError } from '../errors.ts'

/** What went wrong while a file was being read: itself when it is known already, `unreadable-file`, `damaged-video`. */
export function asCaptureError(error: unknown): CaptureError {
  if (error instanceof CaptureError) return error
  if (error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'NotFoundError')) {
    return new CaptureError({
      code: 'unreadable-file',
      message: 'The file can no longer be read; it was changed, moved or removed after it was chosen.',
      action: 'Choose the file again.',
      recoverable: true,
      cause: error,
    })
  }
  return damagedVideo(error)
}

export function emptyFile(): CaptureError {
  return new CaptureError({
    code: 'empty-file',
    message: 'The file is empty.',
    action: 'Choose a video that plays.',
    recoverable: true,
  })
}

export function nothingToOpen(): CaptureError {
  return new CaptureError({
    code: 'nothing-to-open',
    message: 'There is no file in what was dropped whose name is that of a video or an image.',
    action: 'Drop the files themselves, or choose them with “Open a video”.',
    recoverable: true,
  })
}

export function notAVideo(): CaptureError {
  return new CaptureError({
    code: 'not-a-video',
    message: 'The file is not a video that can be read here, or its beginning is damaged.',
    action: 'Choose an MP4, MOV, WebM, MKV or GIF file that plays.',
    recoverable: true,
  })
}

export function noVideoTrack(): CaptureError {
  return new CaptureError({
    code: 'no-video-track',
    message: 'The file has sound, but no picture.',
    action: 'Choose a video that shows a face.',
    recoverable: true,
  })
}

export function unsupportedCodec(codec: string): CaptureError {
  return new CaptureError({
    code: 'unsupported-codec',
    message: `This browser cannot decode the video’s format (${codec}).`,
    action: 'Convert the video to H.264 or VP9, or try another browser.',
    subject: codec,
    recoverable: true,
  })
}

export function unsupportedImage(type: string): CaptureError {
  return new CaptureError({
    code: 'unsupported-image',
    message: `This browser cannot take the frames out of an image of this kind (${type}).`,
    action: 'Convert it to MP4 or WebM, or try another browser.',
    subject: type,
    recoverable: true,
  })
}

export function noFrames(): CaptureError {
  return new CaptureError({
    code: 'no-frames',
    message: 'The video holds no frames.',
    action: 'Choose a video that plays.',
    recoverable: true,
  })
}

export function damagedVideo(cause?: unknown): CaptureError {
  return new CaptureError({
    code: 'damaged-video',
    message: 'The video could not be decoded to its end; the file seems to be damaged.',
    action: 'Check that the file plays, or download it again.',
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}
