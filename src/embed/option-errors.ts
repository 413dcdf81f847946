import { UseError } from './use-error.ts'

/** `Blob`, `MediaStream`: by its own word and not by its constructor, which is another one in every frame of a page. */
export function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

/** A value as an error names it. */
export function told(value: unknown): string {
  if (typeof value === 'string') return `the text “${value.length > 60 ? `${value.slice(0, 60)}…` : value}”`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return `an object (${kindOf(value)})`
  return String(value)
}

export function noOptions(given: unknown): UseError {
  return new UseError({
    code: 'no-options',
    message: `createAnalyzer was called ${given === undefined ? 'without options' : `with ${told(given)} in place of its options`}.`,
    action: 'Call it with an object that names a source: createAnalyzer({ source }).',
    subject: 'options',
  })
}

/** How what was given becomes what can be read. */
function waysFor(source: unknown, kind: string): string {
  if (source === undefined || source === null) {
    return 'Give a Blob (a video, an animation or a picture), or a MediaStream.'
  }
  if (kind === 'String' || kind === 'URL') {
    return 'Fetch the address and give its bytes: await (await fetch(address)).blob().'
  }
  if (kind === 'Promise') return 'Wait for it: give what the promise resolves to.'
  if (kind === 'Response') return 'Give its bytes: await response.blob().'
  if (kind === 'MediaStreamTrack') return 'Give a stream of it: new MediaStream([track]).'
  if (kind === 'HTMLInputElement' || kind === 'FileList') return 'Give one of its files: input.files[0].'
  if (kind === 'HTMLVideoElement') {
    return 'Give the file that it plays as a Blob, or a stream of its picture: video.captureStream().'
  }
  if (kind === 'HTMLCanvasElement') return 'Give a stream of its picture: canvas.captureStream().'
  if (kind === 'ArrayBuffer' || ArrayBuffer.isView(source)) return 'Make a Blob of the bytes: new Blob([bytes]).'
  return 'Give a Blob (a video, an animation or a picture), or a MediaStream.'
}

export function unknownSource(source: unknown, kind: string): UseError {
  return new UseError({
    code: 'unknown-source',
    message: `source is ${told(source)}, and neither a Blob nor a MediaStream.`,
    action: waysFor(source, kind),
    subject: 'source',
  })
}

export function emptyFile(): UseError {
  return new UseError({
    code: 'empty-file',
    message: 'source is a Blob of no bytes.',
    action: 'Give a video that plays.',
    subject: 'source',
  })
}

export function streamWithoutVideo(): UseError {
  return new UseError({
    code: 'stream-without-video',
    message: 'source is a MediaStream without a video track.',
    action: 'Ask for a picture: getUserMedia({ video: true }).',
    subject: 'source',
  })
}

export function streamEnded(): UseError {
  return new UseError({
    code: 'stream-ended',
    message: 'source is a MediaStream whose video has ended.',
    action: 'Open the camera or the screen again, and give the new stream.',
    subject: 'source',
  })
}

export function badBundle(given: unknown): UseError {
  return new UseError({
    code: 'bad-url',
    message: `bundle is ${told(given)}, which cannot be the address of a bundle.`,
    action: 'Give an address that begins with https://, or a path on this site; leave it out for the small model.',
    subject: 'bundle',
  })
}

export function noModelAddress(): UseError {
  return new UseError({
    code: 'bad-url',
    message: 'reader is “transformers”, and bundle names no model for it.',
    action: 'Give as bundle the address, as in https://, of a folder that holds config.json, tokenizer.json and onnx/.',
    subject: 'bundle',
  })
}

export function badAppUrl(given: unknown): UseError {
  return new UseError({
    code: 'bad-app-url',
    message: `appUrl is ${told(given)}, which cannot be the address of the app.`,
    action: 'Give the address of the folder in which the built app lies, or leave it out.',
    subject: 'appUrl',
  })
}

export function appElsewhere(what: string, { origin }: URL, pageOrigin: string): UseError {
  return new UseError({
    code: 'app-elsewhere',
    message: `${what} lies at ${origin}, and this page at ${pageOrigin}: browsers start workers from a page’s own origin only.`,
    action: 'Put a copy of the built app on the origin of this page, or show the app in a frame.',
    subject: origin,
  })
}

export function badOption(name: string, given: unknown, wanted: string): UseError {
  return new UseError({
    code: 'bad-option',
    message: `${name} is ${told(given)}, and not ${wanted}.`,
    action: 'Correct it, or leave it out.',
    subject: name,
  })
}
