import type { Dtype } from '../src/manifest/manifest.ts'

/** What both sides do, to be the same on both. */
export interface BenchPlan {
  /** Of a frame, px; multiples of a merged patch, so that nobody resizes. */
  readonly width: number
  readonly height: number
  readonly windowFrames: number
  /** Frames by which our full window moves on. */
  readonly hopFrames: number
  readonly question: string
  /** Of an answer; end-of-text tokens do not end it. */
  readonly tokens: number
  readonly dtype: Dtype
}

/** As the page asks while it watches, in one sentence. */
export const benchQuestion =
  '. Describe the facial expressions and head movements of this person in the order in which they happen, and the emotion that they appear to express.'
