import type { AnalyzerOptions } from './api.ts'
import { UseError } from './use-error.ts'

/** Where an analyzer is made. */
export interface UsePlace {
  /** What addresses are relative to. */
  readonly pageUrl: string
  /** The only one from which the browser starts workers. */
  readonly pageOrigin: string
  /** Of the API's own script, which lies in a folder of the app. */
  readonly scriptUrl: string
}

export type AnalyzerSource =
  | { readonly type: 'file'; readonly file: Blob }
  | { readonly type: 'live'; readonly stream: MediaStream }

/** Options that can work. */
export interface CheckedOptions {
  readonly source: AnalyzerSource
  readonly reader: 'engine' | 'transformers'
  /** Of a bundle's folder, or of a model's in the layout of transformers.js. */
  readonly bundleUrl: string
  readonly appUrl: string
  readonly mayDownload: AnalyzerOptions['mayDownload']
  readonly onProgress: AnalyzerOptions['onProgress']
  readonly signal: AbortSignal | undefined
  readonly maxTokens: number
  readonly framesPerSecond: number | undefined
  readonly withProbabilities: boolean
}

/** What the numbers among the options may be; the command line takes the same. */
export const optionBounds = {
  maxTokens: { min: 1, max: 2048 },
  framesPerSecond: { min: 0.5, max: 8 },
} as const

/**
 * What the caller gave, held against what can work. Options come from other people's JavaScript, so nothing is taken on
 * the word of a type.
 *
 * @throws UseError `no-options`, `unknown-source`, `empty-file`, `stream-without-video`, `stream-ended`, `bad-url`,
 * `bad-app-url`, `app-elsewhere`, `bad-max-tokens`, `bad-frames-per-second`, `bad-option`
 */
export function checkedOptions(given: unknown, place: UsePlace): CheckedOptions {
  if (typeof given !== 'object' || given === null) throw noOptions(given)
  const options = given as { readonly [Name in keyof AnalyzerOptions]?: unknown }
  const source = sourceFrom(options.source)
  const appUrl = appUrlFrom(options.appUrl, place)
  const reader = readerFrom(options.reader)
  if (reader === 'transformers' && options.bundle === undefined) throw noModelAddress()
  return {
    source,
    appUrl,
    reader,
    bundleUrl: options.bundle === undefined ? `${appUrl}models/videmo-tiny/` : bundleFrom(options.bundle, place),
    mayDownload: functionFrom('mayDownload', options.mayDownload) as AnalyzerOptions['mayDownload'],
    onProgress: functionFrom('onProgress', options.onProgress) as AnalyzerOptions['onProgress'],
    signal: signalFrom(options.signal),
    maxTokens: maxTokensFrom(options.maxTokens),
    framesPerSecond: framesPerSecondFrom(options.framesPerSecond),
    withProbabilities: booleanFrom('withProbabilities', options.withProbabilities, true) && reader === 'engine',
  }
}

/** `Blob`, `MediaStream`: by its own word and not by its constructor, which is another one in every frame of a page. */
function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1)
}

function sourceFrom(source: unknown): AnalyzerSource {
  const kind = kindOf(source)
  if (kind === 'Blob' || kind === 'File') {
    const file = source as Blob
    if (file.size === 0) throw emptyFile()
    return { type: 'file', file }
  }
  if (kind !== 'MediaStream') throw unknownSource(source, kind)
  const stream = source as MediaStream
  const tracks = stream.getVideoTracks()
  if (tracks.length === 0) throw streamWithoutVideo()
  if (tracks.every(({ readyState }) => readyState === 'ended')) throw streamEnded()
  return { type: 'live', stream }
}

/** Ends in a slash. */
function appUrlFrom(given: unknown, { pageUrl, pageOrigin, scriptUrl }: UsePlace): string {
  const folder = new URL('..', scriptUrl)
  // The worker comes from beside the script, whatever address of the app is given.
  if (folder.origin !== pageOrigin) throw appElsewhere('The script of the API', folder, pageOrigin)
  if (given === undefined) return folder.href
  const url = addressFrom(given, pageUrl)
  if (!url) throw badAppUrl(given)
  if (url.origin !== pageOrigin) throw appElsewhere('appUrl', url, pageOrigin)
  url.search = ''
  url.hash = ''
  // A folder, whether or not it was written as one; a page of that folder stands for it.
  if (!/\/([^/]*\.html?)?$/.test(url.pathname)) url.pathname += '/'
  return new URL('.', url).href
}

function bundleFrom(given: unknown, { pageUrl }: UsePlace): string {
  const url = addressFrom(given, pageUrl)
  if (!url) throw badBundle(given)
  return url.href
}

/** What can be fetched by its address: no other scheme, and no name and password, which browsers refuse. */
function addressFrom(given: unknown, base: string): URL | undefined {
  const text = kindOf(given) === 'URL' ? String(given) : given
  if (typeof text !== 'string' || text.trim() === '') return undefined
  try {
    const url = new URL(text.trim(), base)
    return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' ? url : undefined
  } catch {
    return undefined
  }
}

function maxTokensFrom(given: unknown): number {
  if (given === undefined) return 256
  const { min, max } = optionBounds.maxTokens
  if (typeof given === 'number' && Number.isInteger(given) && given >= min && given <= max) return given
  throw new UseError({
    code: 'bad-max-tokens',
    message: `maxTokens is ${told(given)}, and not a whole number from ${min} to ${max}.`,
    action: 'Leave it out for 256 tokens, or give a whole number in that range.',
    subject: 'maxTokens',
  })
}

function framesPerSecondFrom(given: unknown): number | undefined {
  if (given === undefined) return undefined
  const { min, max } = optionBounds.framesPerSecond
  if (typeof given === 'number' && given >= min && given <= max) return given
  throw new UseError({
    code: 'bad-frames-per-second',
    message: `framesPerSecond is ${told(given)}, and not a number from ${min} to ${max}.`,
    action: 'Leave it out for the rate that the model was trained on, or give a number in that range.',
    subject: 'framesPerSecond',
  })
}

function readerFrom(given: unknown): CheckedOptions['reader'] {
  if (given === undefined) return 'engine'
  if (given === 'engine' || given === 'transformers') return given
  throw badOption('reader', given, '“engine” or “transformers”')
}

function functionFrom(name: string, given: unknown): unknown {
  if (given === undefined || typeof given === 'function') return given
  throw badOption(name, given, 'a function')
}

function signalFrom(given: unknown): AbortSignal | undefined {
  if (given === undefined || kindOf(given) === 'AbortSignal') return given as AbortSignal | undefined
  const isController = kindOf(given) === 'AbortController'
  throw badOption('signal', given, isController ? 'an AbortSignal: its controller’s .signal' : 'an AbortSignal')
}

function booleanFrom(name: string, given: unknown, otherwise: boolean): boolean {
  if (given === undefined) return otherwise
  if (typeof given === 'boolean') return given
  throw badOption(name, given, 'true or false')
}

/** A value as an error names it. */
function told(value: unknown): string {
  if (typeof value === 'string') return `the text “${value.length > 60 ? `${value.slice(0, 60)}…` : value}”`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null) return `an object (${kindOf(value)})`
  return String(value)
}

function noOptions(given: unknown): UseError {
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

function unknownSource(source: unknown, kind: string): UseError {
  return new UseError({
    code: 'unknown-source',
    message: `source is ${told(source)}, and neither a Blob nor a MediaStream.`,
    action: waysFor(source, kind),
    subject: 'source',
  })
}

function emptyFile(): UseError {
  return new UseError({
    code: 'empty-file',
    message: 'source is a Blob of no bytes.',
    action: 'Give a video that plays.',
    subject: 'source',
  })
}

function streamWithoutVideo(): UseError {
  return new UseError({
    code: 'stream-without-video',
    message: 'source is a MediaStream without a video track.',
    action: 'Ask for a picture: getUserMedia({ video: true }).',
    subject: 'source',
  })
}

function streamEnded(): UseError {
  return new UseError({
    code: 'stream-ended',
    message: 'source is a MediaStream whose video has ended.',
    action: 'Open the camera or the screen again, and give the new stream.',
    subject: 'source',
  })
}

function badBundle(given: unknown): UseError {
  return new UseError({
    code: 'bad-url',
    message: `bundle is ${told(given)}, which cannot be the address of a bundle.`,
    action: 'Give an address that begins with https://, or a path on this site; leave it out for the small model.',
    subject: 'bundle',
  })
}

function noModelAddress(): UseError {
  return new UseError({
    code: 'bad-url',
    message: 'reader is “transformers”, and bundle names no model for it.',
    action: 'Give as bundle the address, as in https://, of a folder that holds config.json, tokenizer.json and onnx/.',
    subject: 'bundle',
  })
}

function badAppUrl(given: unknown): UseError {
  return new UseError({
    code: 'bad-app-url',
    message: `appUrl is ${told(given)}, which cannot be the address of the app.`,
    action: 'Give the address of the folder in which the built app lies, or leave it out.',
    subject: 'appUrl',
  })
}

function appElsewhere(what: string, { origin }: URL, pageOrigin: string): UseError {
  return new UseError({
    code: 'app-elsewhere',
    message: `${what} lies at ${origin}, and this page at ${pageOrigin}: browsers start workers from a page’s own origin only.`,
    action: 'Put a copy of the built app on the origin of this page, or show the app in a frame.',
    subject: origin,
  })
}

function badOption(name: string, given: unknown, wanted: string): UseError {
  return new UseError({
    code: 'bad-option',
    message: `${name} is ${told(given)}, and not ${wanted}.`,
    action: 'Mend it, or leave it out.',
    subject: name,
  })
}
