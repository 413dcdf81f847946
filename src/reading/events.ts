import type { FaceEvent, MeasuredFace } from '../affect/measures.ts'
import type { StageId } from '../affect/stages.ts'
import type { Place, TrackId } from '../affect/track.ts'
import type { View } from '../affect/view.ts'
import type { WireError } from '../base/errors.ts'
import type { FileNotice } from '../capture/file-notice.ts'
import type { PictureState } from '../capture/picture-watch.ts'

export type FinishReason = 'end-of-text' | 'length' | 'context-full' | 'stopped'

/** What was measured while an answer was made. */
export interface AnswerFigures {
  readonly promptTokens: number
  /** From the question to the first token, ms. */
  readonly prefillMs: number
  readonly answerTokens: number
  /** All tokens after the first, ms. */
  readonly decodeMs: number
  /** Passes of the language model, that over the question included. */
  readonly passes: number
  /** Ids that passes were asked to verify, and those of them that were right. */
  readonly drafted: number
  readonly accepted: number
}

/** What passes cost. */
export interface ProbeFigures {
  /** Tokens appended. What a question has in common with the one before it is in the cache already. */
  readonly tokens: number
  /** From when the first pass was queued, or the probe before was read, to when the last was read. */
  readonly ms: number
}

/** One of the frames the model sees, by its number in the reading. */
export interface FrameNote {
  readonly number: number
  readonly timeS: number
}

/**
 * A frame at the model's resolution. Where there is a screen to show it on, with the picture itself, which belongs to
 * whoever takes the event and must be closed, and a small WebP of it to keep.
 */
export interface FrameEvent extends FrameNote {
  readonly type: 'frame'
  readonly track: TrackId
  /** How the model is shown the source. Default: picture. */
  readonly view?: View
  readonly image?: ImageBitmap
  readonly thumbnail?: Blob
}

/** What is said of the source as a whole, whatever is read in it. */
export type SourceEvent =
  | {
      readonly type: 'opened'
      readonly width: number
      readonly height: number
      /** Files only. `durationS` is where the picture ends, on the file's own clock, which need not begin at 0. */
      readonly clip?: {
        readonly durationS: number
        readonly framesPerSecond: number
        readonly codec: string
        readonly isStillImage?: boolean
      }
      /** Windows that the file will be read in. */
      readonly windows?: number
    }
  /** Files: something that does not end the reading, and that a person should know. */
  | ({ readonly type: 'notice' } & FileNotice)
  /** Files: how far the reading is. */
  | ({ readonly type: 'progress' } & FileProgress)
  /** Live: how old the newest frame was when it had been read, and how many pairs were passed over so far. */
  | { readonly type: 'lag'; readonly lagS: number; readonly passedOver: number }
  /** Live: whether the source gives a picture; while it does not, nothing is read. */
  | { readonly type: 'picture'; readonly picture: PictureState }
  | { readonly type: 'paused'; readonly isPaused: boolean }
  | { readonly type: 'over'; readonly reason: EndReason }
  | { readonly type: 'failed'; readonly error: WireError }

/** Why a reading ended. */
export type EndReason = 'ended' | 'stopped' | 'source-ended'

export interface FileProgress {
  readonly doneWindows: number
  readonly windows: number
  readonly doneS: number
  readonly totalS: number
  readonly leftS?: number
}

/** What is seen and said of one track. */
export type TrackEvent =
  | FrameEvent
  /** A pair of frames went through the vision tower and joined the window. */
  | {
      readonly type: 'pair'
      readonly track: TrackId
      readonly window: number
      readonly pairsInWindow: number
      readonly pairsPerWindow: number
      readonly visionMs: number
      readonly prefillMs: number
      readonly prefillTokens: number
    }
  /** A closed question was answered about the window as it stood at this time of the source. */
  | {
      readonly type: 'probe'
      readonly track: TrackId
      readonly id: string
      readonly timeS: number
      /** One an option, of sum 1. */
      readonly probabilities: readonly number[]
      readonly figures: ProbeFigures
    }
  /** An update begins: these frames are what its answers are about. */
  | {
      readonly type: 'update'
      readonly track: TrackId
      readonly update: number
      readonly window: number
      readonly frames: readonly FrameNote[]
      /** Default: picture. */
      readonly view?: View
    }
  /** What the followed face did during the frames of an update, where faces are followed. Comes right after `update`. */
  | {
      readonly type: 'measured'
      readonly track: TrackId
      readonly update: number
      /** In the order of time, from the first frame to the last. */
      readonly faces: readonly MeasuredFace[]
      readonly events: readonly FaceEvent[]
    }
  /** A question is asked. `prompt`: in these words, where they are not the request's own. */
  | ({ readonly type: 'stage'; readonly id: StageId; readonly prompt?: string } & Place)
  /** An answer that was given earlier in this window holds for this update as well, and is part of its conversation. */
  | ({ readonly type: 'reused'; readonly id: StageId; readonly text: string } & Place)
  | ({
      readonly type: 'token'
      readonly id: StageId
      readonly tokenId: number
      readonly text: string
      /** Since the question was asked. */
      readonly ms: number
    } & Place)
  | ({
      readonly type: 'answer'
      readonly id: StageId
      readonly text: string
      readonly ids: readonly number[]
      readonly finish: FinishReason
      readonly figures: AnswerFigures
    } & Place)
  | { readonly type: 'updated'; readonly track: TrackId; readonly update: number; readonly figures: UpdateFigures }

/** All that a reader reports of a reading, in order. */
export type ReadingEvent = SourceEvent | TrackEvent

/** What a reader hands out; a failure is thrown instead. */
export type ReadingProgress = Exclude<ReadingEvent, { readonly type: 'failed' }>

/** What an update cost. */
export interface UpdateFigures {
  /** From the update's first pass to its last token, ms. */
  readonly updateMs: number
  /** Pairs encoded since the update before. */
  readonly visionPairs: number
  readonly visionMs: number
  readonly prefillTokens: number
  readonly prefillMs: number
  readonly answerTokens: number
  readonly decodeMs: number
  /** As in `AnswerFigures`, of all answers. */
  readonly passes: number
  readonly drafted: number
  readonly accepted: number
  /** To the first token of the first answer, ms. */
  readonly firstTokenMs: number
}
