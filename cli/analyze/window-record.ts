import { type PlainClaim, plainClaim } from '../../src/affect/claims.ts'
import type { MeasuredSummary } from '../../src/affect/measured-summary.ts'
import type { TrackId } from '../../src/affect/track.ts'
import type { AffectiveTree } from '../../src/affect/tree.ts'
import type { View } from '../../src/affect/view.ts'
import type { CheckVerdict } from '../../src/engine/checks/check-verdict.ts'
import type { Dtype } from '../../src/manifest/manifest.ts'
import type { UpdateFigures } from '../../src/reading/events.ts'
import type { FinishedUpdate } from '../../src/reading/reading.ts'
import type { ReadingOrigin } from '../../src/reading/recording.ts'

/** What computed a window's answers. */
export interface ModelFacts {
  readonly name: string
  /** The bundle's address, its folder's name, or `embedded` for the one that comes with the project. */
  readonly source: string
  readonly dtype: Dtype
  readonly provider: 'webgpu' | 'wasm'
  /** WebGPU only. */
  readonly adapter?: string
  /** Of the self-check at start. */
  readonly check: CheckVerdict
}

/** One line of the command's output. */
export interface WindowRecord {
  /** Whose face; or the whole picture. */
  readonly track: TrackId
  /** What the model was shown. */
  readonly view: View
  readonly window: number
  /** Times of the first and the last frame, s. */
  readonly startS: number
  readonly endS: number
  /** Of each frame that the answers are about, s. */
  readonly frames: readonly number[]
  /** Of the preset's stages. */
  readonly answers: FinishedUpdate['answers']
  readonly tree: AffectiveTree
  /** What the followed face did during these frames, where one is followed. */
  readonly measured?: MeasuredSummary
  /** What the tree says, held against that: of every expression, as `persons[person].expressions[index]`. */
  readonly claims?: readonly PlainClaim[]
  readonly figures: UpdateFigures
  readonly model: ModelFacts
  /** What was asked, and how often. */
  readonly settings: ReadingOrigin['settings']
}

/** A finished update as one line of the command's output. */
export function windowRecord(
  { track, view, window, startS, endS, frames, answers, tree, measured, claims, figures }: FinishedUpdate,
  model: ModelFacts,
  settings: ReadingOrigin['settings'],
): WindowRecord {
  return {
    track,
    view,
    window,
    startS,
    endS,
    frames: frames.map(({ timeS }) => timeS),
    answers,
    tree,
    ...(measured ? { measured } : {}),
    ...(claims ? { claims: claims.map(plainClaim) } : {}),
    figures,
    model,
    settings,
  }
}
