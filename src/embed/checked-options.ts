import { type View, views } from '../affect/view.ts'
import type { AnalyzerOptions } from './api.ts'
import {
  appElsewhere,
  badAppUrl,
  badBundle,
  badOption,
  emptyFile,
  kindOf,
  noModelAddress,
  noOptions,
  streamEnded,
  streamWithoutVideo,
  told,
  unknownSource,
} from './option-errors.ts'
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
  /** Whom to follow, and how the model is shown them; undefined where only the whole picture is read. */
  readonly faces: CheckedFaces | undefined
  readonly measureOnly: boolean
  readonly onMeasured: AnalyzerOptions['onMeasured']
  readonly onFaceEvent: AnalyzerOptions['onFaceEvent']
}

export interface CheckedFaces {
  readonly view: 'auto' | View
  readonly who: 'all' | 'none' | number
  /** Measures a second; undefined: as suits the source. */
  readonly rate: number | undefined
  readonly areSmallSought: boolean
}

/** What the numbers among the options may be; the command line takes the same. */
export const optionBounds = {
  maxTokens: { min: 1, max: 2048 },
  framesPerSecond: { min: 0.5, max: 8 },
  /** Faces followed at once, and measures a second. */
  faces: { min: 1, max: 8 },
  rate: { min: 1, max: 30 },
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
  const measureOnly = booleanFrom('measureOnly', options.measureOnly, false)
  if (reader === 'transformers' && options.bundle === undefined && !measureOnly) throw noModelAddress()
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
    faces: facesFrom(options, reader, measureOnly),
    measureOnly,
    onMeasured: functionFrom('onMeasured', options.onMeasured) as AnalyzerOptions['onMeasured'],
    onFaceEvent: functionFrom('onFaceEvent', options.onFaceEvent) as AnalyzerOptions['onFaceEvent'],
  }
}

function facesFrom(
  { view, faces, rate, smallFaces }: { readonly [Name in keyof AnalyzerOptions]?: unknown },
  reader: CheckedOptions['reader'],
  measureOnly: boolean,
): CheckedFaces | undefined {
  const isForeign = reader === 'transformers' && !measureOnly
  const chosen = viewFrom(view === undefined ? (isForeign ? 'picture' : 'auto') : view)
  if (isForeign && chosen !== 'picture') {
    throw badOption('view', view, '“picture”, all that the reader “transformers” takes')
  }
  const followed = {
    view: chosen,
    who: whoFrom(faces, measureOnly),
    rate: rateFrom(rate),
    areSmallSought: booleanFrom('smallFaces', smallFaces, false),
  }
  if (followed.who !== 'none') return isForeign ? undefined : followed
  if (measureOnly) throw badOption('faces', faces, 'a face to measure, for measureOnly is true')
  if (chosen === 'face' || chosen === 'twin') throw badOption('faces', faces, `a face to show, for view is “${chosen}”`)
  return undefined
}

function viewFrom(given: unknown): CheckedFaces['view'] {
  const found = (['auto', ...views] as const).find((each) => each === given)
  if (found) return found
  throw badOption('view', given, '“auto”, “picture”, “face” or “twin”')
}

function whoFrom(given: unknown, measureOnly: boolean): CheckedFaces['who'] {
  if (given === undefined) return measureOnly ? 'all' : 1
  if (given === 'all' || given === 'none') return given
  if (given === 'largest') return 1
  const { min, max } = optionBounds.faces
  if (typeof given === 'number' && Number.isInteger(given) && given >= min && given <= max) return given
  throw badOption('faces', given, `“all”, “largest”, “none” or a whole number from ${min} to ${max}`)
}

function rateFrom(given: unknown): number | undefined {
  if (given === undefined) return undefined
  const { min, max } = optionBounds.rate
  if (typeof given === 'number' && given >= min && given <= max) return given
  throw badOption('rate', given, `a number from ${min} to ${max}`)
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
