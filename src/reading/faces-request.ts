import type { FacesMoment } from '../affect/measures.ts'
import type { TrackId } from '../affect/track.ts'
import type { View } from '../affect/view.ts'

/** Which faces of a source are read, and how the model is shown them. */
export interface FacesRequest {
  readonly view: View
  /**
   * `chosen`: the face that the feed names, and until it names one the largest; `all`: every face, in turn; a number: the
   * largest ones, in turn.
   */
  readonly who: 'chosen' | 'all' | number
  readonly feed: FacesFeed
}

/** Where a reading learns of the faces in its frames: from a worker that follows them beside it, or in the same thread. */
export type FacesFeed =
  /** Posts `FacesMessage`s, in the order of their times. */
  | { readonly type: 'port'; readonly port: MessagePort }
  | { readonly type: 'messages'; readonly messages: AsyncIterable<FacesMessage> }

export type FacesMessage =
  | { readonly type: 'moment'; readonly moment: FacesMoment }
  /** From here on this face is to be read. */
  | { readonly type: 'chosen'; readonly track: TrackId }
  /** No more moments come: the file has ended, or faces cannot be followed. */
  | { readonly type: 'end' }
