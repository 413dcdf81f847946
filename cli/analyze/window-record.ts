import { parseAnswers } from '../../src/affect/parse-answers.ts'
import { type Stage, type StageId, stageIds } from '../../src/affect/stages.ts'
import type { AffectiveTree } from '../../src/affect/tree.ts'
import type { CheckVerdict } from '../../src/engine/checks/check-verdict.ts'
import type { Dtype } from '../../src/manifest/manifest.ts'
import type { ReadingEvent, UpdateFigures } from '../../src/reading/events.ts'
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

type Finish = Extract<ReadingEvent, { readonly type: 'answer' }>['finish']

export interface WindowAnswer {
  readonly text: string
  /** Why the answer ended. */
  readonly finish: Finish
  /** Given earlier in the same window. */
  readonly isReused: boolean
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
  readonly answers: Readonly<Partial<Record<StageId, WindowAnswer>>>
  readonly tree: AffectiveTree
  readonly figures: UpdateFigures
  readonly model: ModelFacts
  /** What was asked, and how often. */
  readonly settings: ReadingOrigin['settings']
}

/** Turns a reading's events into one record per window. */
export class WindowRecorder {
  private window = 0
  private frames: readonly number[] = []
  private answers: Partial<Record<StageId, WindowAnswer>> = {}
  /** Of the window so far, for those that stand again. */
  private readonly finishes = new Map<StageId, Finish>()

  constructor(
    private readonly stages: readonly Stage[],
    private readonly model: ModelFacts,
    private readonly settings: ReadingOrigin['settings'],
  ) {}

  /** The record that the event completes. */
  take(event: ReadingEvent): WindowRecord | undefined {
    switch (event.type) {
      case 'update':
        this.window = event.window
        this.frames = event.frames.map(({ timeS }) => timeS)
        this.answers = {}
        return undefined
      case 'answer':
        this.finishes.set(event.id, event.finish)
        this.answers[event.id] = { text: event.text, finish: event.finish, isReused: false }
        return undefined
      case 'reused':
        this.answers[event.id] = {
          text: event.text,
          finish: this.finishes.get(event.id) ?? 'end-of-text',
          isReused: true,
        }
        return undefined
      case 'updated':
        return this.record(event.figures)
      default:
        return undefined
    }
  }

  private record(figures: UpdateFigures): WindowRecord {
    const { window, frames, answers, stages, model, settings } = this
    const texts: Partial<Record<StageId, string>> = {}
    for (const id of stageIds) {
      const answer = answers[id]
      if (answer) texts[id] = answer.text
    }
    return {
      window,
      startS: frames[0] ?? 0,
      endS: frames.at(-1) ?? 0,
      frames,
      answers,
      tree: parseAnswers(texts, stages),
      figures,
      model,
      settings,
    }
  }
}
