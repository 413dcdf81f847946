import type { FacesMessage } from '../affect/measures.ts'
import type { View } from '../affect/view.ts'

export type { FacesMessage } from '../affect/measures.ts'

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
