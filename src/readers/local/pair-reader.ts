import { type TrackId, wholePicture } from '../../affect/track.ts'
import type { View } from '../../affect/view.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { PictureState } from '../../capture/picture-watch.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'

/** What ends or holds a reading. */
export interface ReadingControl {
  readonly signal: AbortSignal
  readonly gate: () => Promise<void>
  /** To be told whether a live source gives a picture; the gate is closed while it does not. */
  readonly onPicture: (picture: PictureState) => void
}

/** Whose frames a `PairReader` is given, and how they show them; its events name both. */
export interface ShownTrack {
  readonly track: TrackId
  readonly view: View
}

export const shownPicture: ShownTrack = { track: wholePicture, view: 'picture' }

/**
 * Makes a `PairReader` for one reading, or for one track of it; `emit` takes what it has to report.
 *
 * @param request what the reading asks; its source is not this reader's concern
 * @param stagesNow the stages as the update whose `update` event was emitted last asks them. Default: the request's
 */
export type MakePairReader = (
  emit: (event: ReadingEvent) => void,
  control: ReadingControl,
  request: ReadingRequest,
  shown: ShownTrack,
  stagesNow?: () => ReadingRequest['stages'],
) => PairReader

/**
 * Takes frames in pairs, keeps a window of them and asks a model about it: what the ways to read a source (a file,
 * frames at hand, a live picture) need to know of a model.
 */
export interface PairReader {
  /** Pairs in the window now. */
  readonly pairs: number
  readonly pairsPerWindow: number
  /** The fewest frames that the model was shown in training. */
  readonly leastFrames: number
  /** Side of the largest square frame that the model is shown within the reading's budget, px. */
  readonly squareSide: number
  /** Whether the window holds enough frames to be asked about. */
  readonly isAskable: boolean
  /** Of several windows, whether another one waits to be asked about. Default: there is one window. */
  readonly isDue?: boolean
  /** Whether closed questions are asked after each pair. */
  readonly hasProbes: boolean
  /** The frames of each update, for tests. */
  readonly kept?: ReadonlyMap<number, readonly TimedFrame[]> | undefined
  /**
   * Adds a pair to the window. A full window moves on first.
   *
   * @param newPairs how many pairs a full window moves on by; default: the hop of the settings
   */
  add(pair: readonly TimedFrame[], newPairs?: number): Promise<void>
  /** The next pair begins a new window. */
  beginAnew(): Promise<void>
  /**
   * Asks all stages about the window.
   *
   * @param meanwhile called between tokens by readers that can take in pairs while they answer
   */
  update(meanwhile?: () => Promise<boolean>): Promise<void>
  dispose(): Promise<void>
}
