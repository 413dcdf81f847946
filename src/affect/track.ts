/**
 * Who in the picture is read: the whole picture, as the model sees it undivided, or one face that is followed through
 * time.
 */
export type TrackId = 'picture' | `face-${number}`

/** The track of a reading that follows no face. */
export const wholePicture: TrackId = 'picture'

/** What an event, an answer or a span of its text belongs to. */
export interface Place {
  readonly track: TrackId
  /** Which of several answers to the same question, counted from 0; absent where only one is asked for. */
  readonly candidate?: number
}
