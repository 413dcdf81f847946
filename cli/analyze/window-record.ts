import type { AffectiveTree } from '../../src/affect/tree.ts'
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
  readonly window: number
  /** Times of the first and the last frame, s. */
  readonly startS: number
  readonly endS: number
  /** Of each frame that the answers are about, s. */
  readonly frames: readonly number[]
  /** Of the preset's stages. */
  readonly answers: FinishedUpdate['answers']
  readonly tree: AffectiveTree
  readonly figures: UpdateFigures
  readonly model: ModelFacts
  /** What was asked, and how often. */
  readonly settings: ReadingOrigin['settings']
}

/** A finished update as one line of the command's output. */
export function windowRecord(
  { window, startS, endS, frames, answers, tree, figures }: FinishedUpdate,
  model: ModelFacts,
  settings: ReadingOrigin['settings'],
): WindowRecord {
  return { window, startS, endS, frames: frames.map(({ timeS }) => timeS), answers, tree, figures, model, settings }
}
