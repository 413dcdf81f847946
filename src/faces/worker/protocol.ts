import type { FaceEvent, FacesMoment } from '../../affect/measures.ts'
import type { TrackId } from '../../affect/track.ts'
import type { WireError } from '../../base/errors.ts'
import type { LiveFrames } from '../../capture/live-frames.ts'
import type { PictureState } from '../../capture/picture-watch.ts'
import type { NeutralState } from '../baseline.ts'

/** The calls from the page to the worker that follows faces. Errors keep class, code and action. */
export interface FacesApi {
  /** Called once, before all other calls. */
  open(options: FacesOptions): void
  /** Loads the networks, once. Throws FaceError `faces-not-loaded`. */
  load(): Promise<void>
  /**
   * Follows the faces of a source from now on, in place of those of the source before; loads the networks where that was
   * not done. Returns the new following's number.
   */
  start(source: FacesSource): number
  /**
   * The events since the last call; waits for the next if there are none. The last event is `over` or `failed`. Empty for
   * a following that is not the latest.
   */
  nextEvents(following: number): Promise<FollowingEvent[]>
  /** Ends the following. */
  stop(): void
  /** Movement of this face is measured against what it shows now. */
  takeNeutral(track: TrackId): void
  /** This face is the one that is read; every feed is told. */
  choose(track: TrackId): void
  /** Whether landmarks are sent with each moment. */
  showMesh(isShown: boolean): void
  /** Whether small faces are looked for in parts of the picture, too, from the next frame on and of every later source. */
  seekSmall(isOn: boolean): void
  /**
   * Posts `FacesMessage`s to a port, for a reading of the same source: of a file from where its measuring began, live from
   * now on. Without a source, after its end and after a failure the last message is `end`.
   */
  openFeed(port: MessagePort): void
  /** Ends every feed that is open. */
  endFeeds(): void
  /** Answers at once, which shows that the worker still listens. */
  ping(): void
}

export interface FacesOptions {
  /** The page's address; the networks lie below it. */
  readonly appUrl: string
}

export type FacesSource =
  /** Its newest frame, as often as the camera gives one, at most thirty times a second. */
  | { readonly type: 'live'; readonly frames: LiveFrames }
  /** At an even rate, on the file's own clock; a picture is a clip of one frame. */
  | ({ readonly type: 'file'; readonly file: Blob } & MeasureOptions)

export interface MeasureOptions {
  /** Frames that are measured of each second. Default: 10. */
  readonly framesPerSecond?: number
  /** On the file's own clock, s. Default: its first picture. */
  readonly fromS?: number
}

/** What a worker tells of the faces that it follows. */
export type FollowingEvent =
  /** The networks are loaded. */
  | { readonly type: 'ready' }
  | {
      readonly type: 'moment'
      readonly moment: FacesMoment
      /** Of every face in the moment. */
      readonly neutral: ReadonlyMap<TrackId, NeutralState>
      /** While the mesh is shown: float32 [478, 3] of each face, px of the picture. */
      readonly meshes?: ReadonlyMap<TrackId, Float32Array>
    }
  | { readonly type: 'event'; readonly event: FaceEvent }
  /** Of a file: seconds that are measured, and seconds from its first picture or `fromS` to its end. */
  | { readonly type: 'progress'; readonly doneS: number; readonly totalS: number }
  /** A live source stops to give a picture, or gives one again. */
  | { readonly type: 'picture'; readonly picture: PictureState }
  | { readonly type: 'over'; readonly reason: 'ended' | 'stopped' }
  | { readonly type: 'failed'; readonly error: WireError }
