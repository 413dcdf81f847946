import type { FacesMoment } from '../../src/affect/measures.ts'
import type { WireError } from '../../src/base/errors.ts'
import type { ChosenFrames } from '../../src/reading/frames.ts'
import type { FacesJob } from './faces-options.ts'
import type { TrackRecord } from './track-record.ts'
import type { WindowRecord } from './window-record.ts'

export const adapterChoices = ['auto', 'hardware', 'software'] as const
/** On a GPU if there is one, and small bundles else on the processor; on a GPU or not at all; on WebGPU in software. */
export type AdapterChoice = (typeof adapterChoices)[number]

/** What the command line asks of the page; the video, and a bundle's folder, are in its file inputs. */
export interface AnalyzeJob {
  /** `folder`: the one in the page's file input. */
  readonly bundle: { readonly type: 'embedded' | 'folder' } | { readonly type: 'url'; readonly url: string }
  readonly adapter: AdapterChoice
  readonly preset: string
  /** What is left out is as the bundle's model was trained. */
  readonly settings: ChosenFrames & { readonly maxTokens: number }
  /** Where in the video to begin, s. */
  readonly fromS: number
  readonly faces: FacesJob
  /** Faces are followed and measured; no bundle is loaded, and nothing is read. */
  readonly isMeasuredOnly: boolean
  /** Every measure is told. */
  readonly hasCurves: boolean
}

/** What the page tells the command line as it happens. */
export type Told =
  | { readonly type: 'window'; readonly record: WindowRecord }
  /** What a followed face did in the whole file. */
  | { readonly type: 'track'; readonly record: TrackRecord }
  /** Measures, in the order of their times. */
  | { readonly type: 'moments'; readonly moments: readonly FacesMoment[] }
  /** What a person should know; once. */
  | { readonly type: 'notice'; readonly text: string }
  /** What is being done right now; replaces what was said before. */
  | { readonly type: 'status'; readonly text: string }

export type AnalyzeOutcome =
  | { readonly type: 'done' }
  /** `auto` only, of a bundle too large for the processor: worth another try, with the flags of the software adapter. */
  | { readonly type: 'no-adapter' }
  | { readonly type: 'failed'; readonly error: WireError }
