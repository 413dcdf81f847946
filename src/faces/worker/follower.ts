import type { FaceEvent, FacesMoment } from '../../affect/measures.ts'
import type { TrackId } from '../../affect/track.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { NeutralState } from './protocol.ts'

/** What the worker asks of whoever follows the faces of one source. */
export interface Follower {
  /** Frames come in the order of their times. Throws FaceError `faces-failed`. */
  follow(frame: TimedFrame): Promise<FollowedFrame>
  /** Movement of this face is measured against what it shows now. */
  takeNeutral(track: TrackId): void
}

export interface FollowedFrame {
  readonly moment: FacesMoment
  /** Those that have ended. */
  readonly events: readonly FaceEvent[]
  /** Of every face in the moment. */
  readonly neutral: ReadonlyMap<TrackId, NeutralState>
  /** float32 [478, 3] of every face in the moment, px of the frame. */
  readonly meshes: ReadonlyMap<TrackId, Float32Array>
}
