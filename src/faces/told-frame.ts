import type { FaceEvent, FacesMoment, MeasuredFace } from '../affect/measures.ts'
import type { TrackId } from '../affect/track.ts'
import type { TimedFrame } from '../capture/painter.ts'
import { type FollowedFrame, momentOf } from './face-follower.ts'

/** What is told of a frame, in pixels of the picture that the source gives. */
export interface ToldFrame {
  readonly moment: FacesMoment
  /** Movements that have ended. */
  readonly events: readonly FaceEvent[]
  /** float32 [478, 3] of every face in the moment; for a mesh on the screen. */
  readonly meshes: () => ReadonlyMap<TrackId, Float32Array>
}

/** @param frame in which the faces were found; it may have been drawn smaller than the source gives it */
export function toldFrame(
  followed: FollowedFrame,
  { width, fullSize }: Pick<TimedFrame, 'width' | 'fullSize'>,
): ToldFrame {
  const { events, faces } = followed
  const scale = fullSize ? fullSize.width / width : 1
  const moment = momentOf(followed)
  const meshes = () =>
    new Map(faces.map(({ track, landmarks }) => [track, landmarks.map((coordinate) => coordinate * scale)]))
  if (!fullSize) return { moment, events, meshes }
  const scaledFaces = moment.faces.map(({ track, measured }) => ({ track, measured: scaled(measured, scale) }))
  return { moment: { ...moment, ...fullSize, faces: scaledFaces }, events, meshes }
}

function scaled(measured: MeasuredFace, scale: number): MeasuredFace {
  const { box, quality } = measured
  return {
    ...measured,
    box: { x: box.x * scale, y: box.y * scale, width: box.width * scale, height: box.height * scale },
    quality: { ...quality, heightPx: quality.heightPx * scale },
  }
}
