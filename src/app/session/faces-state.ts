import type { FaceEvent, FaceFlaw, FacesMoment, MeasuredFace } from '../../affect/measures.ts'
import type { TrackId } from '../../affect/track.ts'
import type { VidemoError } from '../../base/errors.ts'

/** A followed face, as lists and buttons show it. It changes a few times a second at most. */
export interface FollowedTrack {
  readonly track: TrackId
  /** Whether it is in the picture now. */
  readonly isHere: boolean
  /** What keeps it from being measured or read well, the worst first. */
  readonly flaws: readonly FaceFlaw[]
  /** Against which face movement is measured: one learnt from the first seconds, or one that the person chose. */
  readonly neutral: 'learning' | 'learnt' | 'chosen'
}

export interface FacesState {
  readonly status:
    | { readonly state: 'off' }
    /** The networks are being loaded. */
    | { readonly state: 'loading' }
    | { readonly state: 'following' }
    /** Files: how far they are measured. */
    | { readonly state: 'measuring'; readonly doneS: number; readonly totalS: number }
    /** Files: measured to the end. */
    | { readonly state: 'measured' }
    | { readonly state: 'failed'; readonly error: VidemoError }
  /** In the order of their numbers. */
  readonly tracks: readonly FollowedTrack[]
  /** The face that is read, where one is. */
  readonly chosen: TrackId | undefined
  /** The newest events, oldest first; not more than 50. */
  readonly events: readonly FaceEvent[]
}

export const noFaces: FacesState = { status: { state: 'off' }, tracks: [], chosen: undefined, events: [] }

/**
 * The face whose measures are shown: the chosen one; until one is chosen that whose reading is on show, and before there is
 * one the first in the picture.
 */
export function measuredFace({ tracks, chosen }: FacesState, shown: TrackId): FollowedTrack | undefined {
  return (
    tracks.find(({ track }) => track === chosen) ??
    tracks.find(({ track, isHere }) => isHere && track === shown) ??
    tracks.find(({ isHere }) => isHere)
  )
}

/** The face after the one whose measures are shown, of those in the picture; undefined where there is no other. */
export function nextFace(faces: FacesState, shown: TrackId): TrackId | undefined {
  const { tracks } = faces
  const now = measuredFace(faces, shown)?.track
  const after = tracks.findIndex(({ track }) => track === now) + 1
  const next = [...tracks.slice(after), ...tracks.slice(0, after)].find(({ isHere }) => isHere)
  return next?.track === now ? undefined : next?.track
}

/** What changes with every frame, outside React: drawn on canvases once per animation frame. */
export interface FacesBoard {
  /** The newest moment. */
  latest(): FacesMoment | undefined
  /** Files: the moment at a time of the clip, if it is measured. Live: the newest. */
  at(timeS: number): FacesMoment | undefined
  /** Of one face, oldest first: live the last minute, of files all that is measured. */
  curve(track: TrackId): readonly MeasuredFace[]
  /** float32 [478, 3] in pixels of the picture, of the newest moment, while the mesh is shown. */
  mesh(track: TrackId): Float32Array | undefined
  /** Calls back after every new moment; returns how to stop that. */
  listen(onMoment: () => void): () => void
}
