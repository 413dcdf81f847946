import { CaptureError } from '../base/errors.ts'

/** What went wrong while a file was being read: itself when it is known already, `unreadable-file`, `damaged-video`. */
export function asCaptureError(error: unknown): CaptureError {
  if (error instanceof CaptureError) return error
  if (isGone(error)) {
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

/** Whether the browser says that the file was changed, moved or removed. */
export function isGone(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'NotReadableError' || error.name === 'NotFoundError')
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
    message: 'None of the dropped files is a video or an image.',
    action: 'Drop the files themselves, or choose them with “Open a video”.',
    recoverable: true,
  })
}

/** @param what it is instead, where that is known */
export function notAVideo(what?: string): CaptureError {
  return new CaptureError({
    code: 'not-a-video',
    message: what
      ? `The file is ${what}, not a video, although its name suggests one.`
      : 'The file is not a video that can be read here, or its beginning is damaged.',
    action: 'Choose an MP4, MOV, WebM, MKV or TS video, or a picture: GIF, PNG, JPEG, WebP or AVIF.',
    ...(what ? { subject: what } : {}),
    recoverable: true,
  })
}

/** An MP4 or MOV without its index, or with a part of it; or a file that ends before its first picture. */
export function cutOff(what: 'index-missing' | 'index-incomplete' | 'no-picture'): CaptureError {
  const index = what === 'index-missing' ? 'missing' : 'incomplete'
  return new CaptureError({
    code: 'cut-off',
    message:
      what === 'no-picture'
        ? 'The file was cut off before its first picture.'
        : `The file was cut off: its index is ${index}, and no picture can be found without it.`,
    action: 'Download or copy it again, to the end. If it was recorded, the recording was not finished properly.',
    recoverable: true,
  })
}

/** An MP4 or MOV whose index is there, and does not make sense. */
export function damagedIndex(): CaptureError {
  return new CaptureError({
    code: 'damaged-index',
    message: 'The file’s index is damaged: it does not tell where the pictures are.',
    action: 'Download or copy the file again.',
    recoverable: true,
  })
}

/** A piece of a stream, without the part that says how it is to be decoded. */
export function streamPiece(): CaptureError {
  return new CaptureError({
    code: 'stream-piece',
    message: 'The file is one piece of a stream, without the beginning that says how it is to be decoded.',
    action: 'Put the pieces together, or choose the whole video.',
    recoverable: true,
  })
}

export function playlist(name: string): CaptureError {
  return new CaptureError({
    code: 'playlist',
    message: `The file is a playlist (${name}), not a video: it lists where the video lies. Nothing of it was fetched.`,
    action: 'Download the video itself, and choose that file.',
    subject: name,
    recoverable: true,
  })
}

/** @param formats what this browser takes, as `takenFormats` says it */
export function unsupportedContainer(name: string, formats: string): CaptureError {
  return new CaptureError({
    code: 'unsupported-container',
    message: `The file is ${name}, which browsers do not open.`,
    action: `Convert it to ${formats}, with a free program such as HandBrake or VLC.`,
    subject: name,
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

/** A container without a track of any kind that is known. */
export function noTracks(): CaptureError {
  return new CaptureError({
    code: 'no-tracks',
    message: 'The file holds no picture or sound that this page can read.',
    action: 'Check that it plays elsewhere, or choose another one.',
    recoverable: true,
  })
}

export function encryptedVideo(): CaptureError {
  return new CaptureError({
    code: 'encrypted',
    message: 'The video is encrypted (copy protection); its pictures cannot be decoded from the file.',
    action: 'Choose a video without copy protection.',
    recoverable: true,
  })
}

/** @param formats what this browser takes, as `takenFormats` says it */
export function unsupportedCodec(codec: string, formats = 'H.264 or VP9'): CaptureError {
  return new CaptureError({
    code: 'unsupported-codec',
    message: `This browser cannot decode the video’s format (${codec}).`,
    action: `Convert the video to ${formats}, or try another browser.`,
    subject: codec,
    recoverable: true,
  })
}

export function unsupportedImage(type: string): CaptureError {
  return new CaptureError({
    code: 'unsupported-image',
    message: `This browser cannot decode an image of this kind (${type}).`,
    action: 'Convert it to JPEG or PNG, or an animation to MP4 or WebM; or try another browser.',
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

/** Nothing of a video could be decoded; where something could, the rest is a `FileNotice`. */
export function damagedVideo(cause?: unknown): CaptureError {
  return new CaptureError({
    code: 'damaged-video',
    message: 'No picture of the video could be decoded; the file seems to be damaged.',
    action: 'Check that the file plays, or download it again.',
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** An animation whose frames end before it does. */
export function damagedImage(cause?: unknown): CaptureError {
  return new CaptureError({
    code: 'damaged-image',
    message: 'The image could not be decoded; the file seems to be damaged or cut off.',
    action: 'Check that the image opens elsewhere, or download it again.',
    recoverable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}
