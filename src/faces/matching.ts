import { assigned } from './assignment.ts'
import type { FaceTrack, SeenFace } from './face-track.ts'
import { apart, type Place, placeOf, sizesApart } from './motion.ts'
import { at, boxOfLandmarks, overlap } from './region.ts'

/** A face that was seen, and the tracks in whose regions. */
export interface Observation extends SeenFace {
  /** Tracks whose own region showed it. */
  readonly from: readonly FaceTrack[]
}

/** A face that overlaps another by more than this is the same one, seen from two regions. */
const sameOverlap = 0.4
/** Faces whose expected centers are closer than this, in sizes, may be taken for each other. */
const contestedWithin = 1
/** A track keeps what its own region shows unless another expects it this much closer, in sizes of a face. */
const hysteresis = 0.25
/** How far from where it is expected a face may be, in sizes: followed; lost, at first, and more for each second. */
const reach = { followed: 1, lost: 0.8, lostAS: 1.2, most: 2 }
/** After something large has moved, a face that jumps may be another person's. */
const reachAfterChange = 0.3
/** A face does not grow or shrink by more than this from frame to frame, as a logarithm. */
const mostResized = 0.6

/** One for each face, the surest first, however many regions showed it. */
export function withoutTwins(observations: readonly Observation[]): Observation[] {
  const kept: Observation[] = []
  for (const seen of [...observations].sort((one, other) => other.presence - one.presence)) {
    const twin = kept.findIndex((other) => isSame(seen, other))
    const before = kept[twin]
    if (before) kept[twin] = { ...before, from: [...before.from, ...seen.from] }
    else kept.push(seen)
  }
  return kept
}

function isSame(one: SeenFace, other: SeenFace): boolean {
  return (
    overlap(boxOfLandmarks(one.points), boxOfLandmarks(other.points)) > sameOverlap ||
    apart(placeOf(one.region), placeOf(other.region)) < 0.4
  )
}

/** Whether landmarks lie as those of a face do: eyes above the mouth along the region's axis, and not a heap of points. */
export function isPlausible({ points, region }: SeenFace): boolean {
  const eyes = [33, 263].map((eye) => along(points, eye, region.angle))
  const mouth = along(points, 13, region.angle)
  return eyes.every((eye) => eye < mouth) && region.side > 12
}

function along(points: Float32Array, landmark: number, angle: number): number {
  return at(points, landmark, 1) * Math.cos(angle) - at(points, landmark, 0) * Math.sin(angle)
}

/** Whether the track and another one are expected so close together that one may be taken for the other. */
export function isContested(track: FaceTrack, tracks: readonly FaceTrack[], timeS: number): boolean {
  const here = track.placeAt(timeS)
  return tracks.some((other) => other !== track && apart(here, other.placeAt(timeS)) < contestedWithin)
}

/**
 * Which track shows which face: by place, size and motion alone, so that all together fit best.
 *
 * @returns for each track the index of its observation, or -1
 */
export function matched(
  tracks: readonly FaceTrack[],
  observations: readonly Observation[],
  timeS: number,
  hasMoved: boolean,
): number[] {
  return assigned(tracks.map((track) => observations.map((seen) => costOf(track, seen, timeS, hasMoved))))
}

function costOf(track: FaceTrack, seen: Observation, timeS: number, hasMoved: boolean): number {
  const expected = track.placeAt(timeS)
  const place: Place = placeOf(seen.region)
  const distance = apart(expected, place)
  const resized = sizesApart(expected, place)
  const within = hasMoved
    ? reachAfterChange
    : track.lostSinceS === undefined
      ? reach.followed
      : Math.min(reach.most, reach.lost + reach.lostAS * (timeS - track.lostSinceS))
  if (distance > within || resized > mostResized) return Number.POSITIVE_INFINITY
  return distance + resized + (seen.from.includes(track) ? 0 : hysteresis)
}
