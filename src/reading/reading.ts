import type { Claim, Held } from '../affect/claims.ts'
import type { MeasuredSummary } from '../affect/measured-summary.ts'
import type { MeasuredSpan } from '../affect/measures.ts'
import type { StageId } from '../affect/stages.ts'
import type { TrackId } from '../affect/track.ts'
import type { AffectiveTree } from '../affect/tree.ts'
import type { View } from '../affect/view.ts'
import type { FileNotice } from '../capture/file-notice.ts'
import type { PictureState } from '../capture/picture-watch.ts'
import type { AnswerFigures, EndReason, FileProgress, FinishReason, FrameEvent, UpdateFigures } from './events.ts'
import type { ProbeAnswer, ProbeHistory } from './probe-history.ts'

export type { MeasuredSpan } from '../affect/measures.ts'

/** What a source was found to be, once it is open. */
export interface SourceFacts {
  /** px, as shown. */
  readonly width: number
  readonly height: number
  /** Files only: where the picture ends on the file's own clock. */
  readonly durationS?: number
  readonly framesPerSecond?: number
  readonly codec?: string
  /** Files only: a picture without time, which is read as a clip of one frame. */
  readonly isStillImage?: boolean
}

/** A frame of the window, or on its way into it. */
export type WindowFrame = Omit<FrameEvent, 'type' | 'track'>

/** One stage's answer, from the question to its last token. */
export interface AnswerState {
  /**
   * `empty`: it is not asked; `waiting`: for its turn; `thinking`: its question is being prefilled; `stopped`: a person
   * ended it.
   */
  readonly state: 'empty' | 'waiting' | 'thinking' | 'streaming' | 'done' | 'stopped'
  /** The words so far; until it has its first, those of the update before. */
  readonly text?: string
  /** The question as it was asked, where that is not the request's own: with what was measured. */
  readonly prompt?: string
  /** It was given earlier in this window, and holds. */
  readonly isReused?: boolean
  readonly finish?: FinishReason
  /** From the question to the first token, ms. */
  readonly firstTokenMs?: number
  /** Once it is complete. */
  readonly figures?: AnswerFigures
}

export type Answers = Readonly<Record<StageId, AnswerState>>

/** A frame that an update is about, with the picture that a recording keeps, where there is one. */
export interface UpdateFrame {
  readonly number: number
  readonly timeS: number
  readonly thumbnail?: Blob
}

/** The update under way. */
export interface CurrentUpdate {
  readonly update: number
  readonly window: number
  /** How the model is shown the source. */
  readonly view: View
  /** What the followed face did meanwhile, where faces are followed. */
  readonly measured?: MeasuredSpan
  readonly frames: readonly UpdateFrame[]
  readonly answers: Answers
  /** Further answers to the same questions, in the candidates' order; none where one is asked for. */
  readonly alternatives: Readonly<Partial<Record<StageId, readonly AnswerState[]>>>
  /** What the answers say, as far as they were read. */
  readonly tree: AffectiveTree
  /** The same, held against what was measured, where that was; words of the update before against its measures. */
  readonly claims?: readonly Claim[]
}

/** An answer that is complete. */
export interface GivenAnswer {
  readonly text: string
  /** As in `AnswerState`. */
  readonly prompt?: string
  readonly isReused: boolean
  readonly finish: FinishReason
}

/** An update whose answers are all given. */
export interface FinishedUpdate {
  readonly track: TrackId
  /** Counts from 0. */
  readonly update: number
  readonly window: number
  readonly view: View
  /** What the followed face did, without its curves: updates are kept for as long as a reading lasts. */
  readonly measured?: MeasuredSummary
  /** Times of the first and of the last frame, s, on the source's own clock. */
  readonly startS: number
  readonly endS: number
  readonly frames: readonly UpdateFrame[]
  readonly answers: Readonly<Partial<Record<StageId, GivenAnswer>>>
  readonly alternatives?: Readonly<Partial<Record<StageId, readonly GivenAnswer[]>>>
  readonly tree: AffectiveTree
  /** What the tree says, held against what was measured, where that was. */
  readonly claims?: readonly Claim[]
  /** What closed questions gave since the update before, in the order of asking. */
  readonly probes: readonly ProbeAnswer[]
  readonly figures: UpdateFigures
}

/** What is known of one track. */
export interface TrackReading {
  /** Frames of the window, oldest first. */
  readonly frames: readonly WindowFrame[]
  /** Frames of a pair that has not joined the window yet. */
  readonly coming: readonly WindowFrame[]
  /** How many pairs a full window holds; undefined before the first pair. */
  readonly pairsPerWindow?: number
  readonly current?: CurrentUpdate
  /** What the answers of the update before are held against. */
  readonly heldBefore?: Held | undefined
  /** The newest finished update. Who wants them all takes each as it comes (`finishedBy`). */
  readonly finished?: FinishedUpdate
  /** How answers that hold for the window ended. */
  readonly finishes: Readonly<Partial<Record<StageId, FinishReason>>>
  readonly probes: ProbeHistory
  /** What closed questions gave since the last finished update. */
  readonly newProbes: readonly ProbeAnswer[]
  /** Of the last updates, oldest first. */
  readonly costs: readonly UpdateFigures[]
  /** Of the last closed questions, ms, oldest first. */
  readonly probesMs: readonly number[]
}

export type Phase =
  /** The source is being opened. */
  | { readonly phase: 'opening' }
  /** The first pair or the first pass is computed: kernels compile. */
  | { readonly phase: 'warming' }
  | { readonly phase: 'running' }
  /** Live, and slower than the source. */
  | { readonly phase: 'lagging'; readonly lagS: number }
  | { readonly phase: 'paused' }
  | { readonly phase: 'over'; readonly reason: EndReason }

/** All that events have told so far. */
export interface Reading {
  readonly phase: Phase
  readonly source?: SourceFacts
  readonly notices: readonly FileNotice[]
  readonly progress?: FileProgress
  readonly picture: PictureState
  /** Live: pairs that nobody had time to read. */
  readonly passedOver: number
  readonly tracks: Readonly<Partial<Record<TrackId, TrackReading>>>
}

export const emptyTrack: TrackReading = {
  frames: [],
  coming: [],
  finishes: {},
  probes: {},
  newProbes: [],
  costs: [],
  probesMs: [],
}

/** Before the first event. */
export const emptyReading: Reading = {
  phase: { phase: 'opening' },
  notices: [],
  picture: 'there',
  passedOver: 0,
  tracks: {},
}

export function trackOf(reading: Reading, track: TrackId): TrackReading {
  return reading.tracks[track] ?? emptyTrack
}

/** The updates that an event has completed. */
export function finishedBy(before: Reading, after: Reading): readonly FinishedUpdate[] {
  if (before.tracks === after.tracks) return []
  return (Object.keys(after.tracks) as TrackId[]).flatMap((track) => {
    const { finished } = trackOf(after, track)
    return finished && finished !== trackOf(before, track).finished ? [finished] : []
  })
}
