import type { Manifest } from '../manifest/manifest.ts'

/** What each choice may be; the page's controls, what was stored, and the API keep to it. */
export const frameBounds = {
  framesPerSecond: { min: 0.5, max: 8, step: 0.5 },
  windowFrames: { min: 2, max: 32, step: 2 },
  hopFrames: { min: 2, max: 32, step: 2 },
} as const

/** The frames that a reading is made of. */
export interface FrameSettings {
  readonly framesPerSecond: number
  /** Pixels of a frame at the model; default: the bundle's own. */
  readonly frameBudget?: { readonly minPixels: number; readonly maxPixels: number }
  /** Frames of a full window; even. */
  readonly windowFrames: number
  /** Frames by which a full window moves on; even, at most windowFrames. */
  readonly hopFrames: number
}

/** What of them somebody chose; what is undefined is as the model was trained. */
export type ChosenFrames = { readonly [Name in keyof FrameSettings]?: FrameSettings[Name] | undefined }

type Trained = Pick<Manifest, 'video'> | undefined

/** Clips as a model saw them in training, as far as the page can read so. */
export interface TrainedFrames {
  readonly framesPerSecond: number
  readonly windowFrames: number
  /** Of a frame, at most. */
  readonly maxPixels: number
}

/** VidEmo's recipe: two frames a second, sixteen at most. */
const recipe = { framesPerSecond: 2, maxFrames: 16, maxPixels: 105_369 }

/** By the bundle's manifest; VidEmo's recipe where there is none or it does not say. */
export function trainedFrames(bundle: Trained): TrainedFrames {
  const { framesPerSecond, maxFrames, maxPixels } = bundle?.video ?? recipe
  return {
    framesPerSecond: clamp(framesPerSecond, frameBounds.framesPerSecond),
    windowFrames: clamp(even(maxFrames), frameBounds.windowFrames),
    maxPixels,
  }
}

/** What a reading with this bundle takes: the person's choices, and for the rest as its model was trained. */
export function framesFor(chosen: ChosenFrames, bundle: Trained): FrameSettings {
  const trained = trainedFrames(bundle)
  const { frameBudget, framesPerSecond = trained.framesPerSecond, windowFrames = trained.windowFrames } = chosen
  return {
    framesPerSecond,
    windowFrames,
    hopFrames: Math.min(chosen.hopFrames ?? hopOf(windowFrames), windowFrames),
    // For less detail only: more than a model was trained on helps nobody.
    ...(frameBudget && frameBudget.maxPixels < trained.maxPixels ? { frameBudget } : {}),
  }
}

function clamp(value: number, { min, max }: { readonly min: number; readonly max: number }): number {
  return Math.min(Math.max(value, min), max)
}

function even(frames: number): number {
  return 2 * Math.floor(frames / 2)
}

/** Half a window: what a full window moves on by where nobody chose. */
export function hopOf(windowFrames: number): number {
  return Math.max(frameBounds.hopFrames.min, even(windowFrames / 2))
}
