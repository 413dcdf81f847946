import type { FaceEvent, FacesMoment, TrackedFace } from '../affect/measures.ts'
import type { TrackId } from '../affect/track.ts'
import type { TimedFrame } from '../capture/painter.ts'
import type { NeutralState } from './baseline.ts'
import { blendshapeInput, namedBlendshapes } from './blendshapes.ts'
import { cropInto } from './crop.ts'
import { type DetectedFace, suppressed } from './detections.ts'
import { FaceTrack, type SeenFace } from './face-track.ts'
import { isContested, isPlausible, matched, type Observation, withoutTwins } from './matching.ts'
import { apart, placeOf } from './motion.ts'
import { cropSide, type FaceNetworks, landmarkCount } from './networks/face-networks.ts'
import { type FaceRegion, regionOfBox, regionOfLandmarks, toPicture } from './region.ts'
import { SceneChanges } from './scene-change.ts'
import { FaceSearch, tilesOf } from './search.ts'

/** A followed face with what is kept in memory only: from it a person might be recognized. */
export interface FollowedFace extends TrackedFace {
  /** float32 [478, 3], px of the picture; z in the same scale, toward the camera negative */
  readonly landmarks: Float32Array
  /** Around the landmarks: the face takes two thirds of it. */
  readonly region: FaceRegion
  /** float32 [52], 0 to 1, in the order of `blendshapeNames` */
  readonly blendshapes: Float32Array
}

export interface FollowedFrame extends FacesMoment {
  /** In the order of their numbers. */
  readonly faces: readonly FollowedFace[]
  /** Movements that are known to have ended with this frame, also of faces that are gone. */
  readonly events: readonly FaceEvent[]
  /** Whether this frame shows another scene than the one before, so that all faces are new. */
  readonly isCut: boolean
}

export interface FollowOptions {
  /** At most this many faces, the largest first. Default: 8 */
  readonly mostFaces?: number
  /** What `FaceFollower.seeksSmall` begins with. Default: false */
  readonly seeksSmall?: boolean
}

/** The landmark network's probability over which a face is there. */
const leastPresence = 0.5
/** A track counts from this frame on: single frames show faces where there are none. */
const leastHits = 2
/** A face that is hidden for longer comes back as a new one. */
const longestLossS = 2
/** Frames in which it was looked for in vain before: on a busy device frames may be seconds apart. */
const leastMisses = 3
/** New faces are looked for after so many frames, or so much time, whichever is first. */
const searchEvery = { frames: 8, seconds: 0.4 }

/**
 * Finds faces in frames, follows them from frame to frame and measures their movement. Tracks are told apart by place, size
 * and motion alone. The same frames give the same result. Frames are given one after the other, each when the one before is
 * done; numbers of tracks go on for as long as the follower lives.
 */
export class FaceFollower {
  /**
   * Whether small faces are looked for in tiles of the picture beside those that are followed: in one tile a frame, of a
   * picture in all. Otherwise that is done only while no face is followed, since each tile costs as much as looking for
   * faces in the whole picture. It may change at any time, and holds from the next frame on.
   */
  seeksSmall: boolean
  private readonly networks: FaceNetworks
  private readonly mostFaces: number
  private readonly search: FaceSearch
  private readonly scenes = new SceneChanges()
  private tracks: FaceTrack[] = []
  private numbered = 0
  private lastS: number | undefined
  private framesSinceSearch = Number.POSITIVE_INFINITY
  private searchedS = Number.NEGATIVE_INFINITY
  private nextTile = 0

  constructor(networks: FaceNetworks, { mostFaces = 8, seeksSmall = false }: FollowOptions = {}) {
    this.networks = networks
    this.mostFaces = mostFaces
    this.seeksSmall = seeksSmall
    this.search = new FaceSearch(networks)
  }

  /**
   * The faces of the next frame. A time that is not after the last one begins anew, as `forget` does.
   *
   * @throws FaceError `faces-failed`
   */
  async follow(frame: TimedFrame): Promise<FollowedFrame> {
    const isBack = this.lastS !== undefined && frame.timeS <= this.lastS
    const before = isBack ? this.forget() : []
    const change = this.scenes.next(frame)
    if (change === 'cut') before.push(...this.forgetTracks())
    this.lastS = frame.timeS
    return this.step(frame, before, change)
  }

  /**
   * The faces of a picture, or of a clip of one frame: looked at twice, since a track counts from its second frame on, and
   * in all tiles where the whole shows no face or small ones are sought.
   *
   * @throws FaceError `faces-failed`
   */
  async followPicture(frame: TimedFrame): Promise<FollowedFrame> {
    const events = this.forget()
    await this.step(frame, [], 'same', true)
    const followed = await this.step(frame, [], 'same')
    // A picture shows expressions, and no movement.
    this.forgetTracks()
    return { ...followed, events }
  }

  /** What this face shows now is its neutral face from here on. False for a face that is not followed. */
  takeNeutral(track: TrackId): boolean {
    return this.tracks.find(({ id }) => id === track)?.takeNeutral() ?? false
  }

  /** Against which face its movement is measured. */
  neutral(track: TrackId): NeutralState | undefined {
    return this.tracks.find(({ id }) => id === track)?.neutral
  }

  /**
   * Begins anew: after a seek, or with another source. Numbers go on.
   *
   * @returns movements that were going on; at the end of a file they complete its events
   */
  forget(): FaceEvent[] {
    this.scenes.forget()
    this.lastS = undefined
    return this.forgetTracks()
  }

  private forgetTracks(): FaceEvent[] {
    const events = this.tracks.flatMap((track) => track.finishEvents())
    this.tracks = []
    this.framesSinceSearch = Number.POSITIVE_INFINITY
    this.nextTile = 0
    return events
  }

  private async step(
    frame: TimedFrame,
    before: readonly FaceEvent[],
    change: ReturnType<SceneChanges['next']>,
    isPicture = false,
  ): Promise<FollowedFrame> {
    const { timeS, width, height } = frame
    const events = [...before, ...this.dropLost(timeS)]
    const here = this.tracks.filter(({ isHere }) => isHere)
    const own = await this.look(
      frame,
      here.map((track) => ({ region: track.regionAt(timeS), from: [track] })),
    )
    const isLost = own.length < here.length || this.tracks.length > here.length
    const found = await this.searched(frame, isLost, isPicture)
    const unexplained = notAmong(found, own).slice(0, Math.max(0, this.mostFaces - own.length))
    const others = await this.look(
      frame,
      unexplained.map(({ box, leftEye, rightEye }) => ({ region: regionOfBox(box, leftEye, rightEye), from: [] })),
    )
    const seen = withoutTwins([...own, ...others])
    const shown = this.assign(seen, timeS, change !== 'same')
    const faces: FollowedFace[] = []
    for (const [track, face] of shown) {
      const blendshapes = await this.networks.blendshapes(blendshapeInput(face.points))
      const { measured, events: ended } = track.measure(face, namedBlendshapes(blendshapes), timeS, frame)
      events.push(...ended)
      if (track.id) {
        faces.push({ track: track.id, measured, landmarks: face.points, region: face.region, blendshapes })
      }
    }
    faces.sort((one, other) => numberOf(one.track) - numberOf(other.track))
    return { timeS, width, height, faces, events, isCut: change === 'cut' }
  }

  private dropLost(timeS: number): FaceEvent[] {
    const gone = this.tracks.filter((track) => timeS - track.lastSeenS > longestLossS && track.misses >= leastMisses)
    this.tracks = this.tracks.filter((track) => !gone.includes(track))
    return gone.flatMap((track) => track.finishEvents())
  }

  /** Faces that the detector finds, where it is time to look for some. */
  private async searched(frame: TimedFrame, isLost: boolean, isPicture: boolean): Promise<DetectedFace[]> {
    const { width, height, timeS } = frame
    this.framesSinceSearch++
    const isDue = this.framesSinceSearch >= searchEvery.frames || timeS - this.searchedS >= searchEvery.seconds - 1e-6
    const isNobodyHere = this.tracks.length === 0
    const found: DetectedFace[] = []
    if (isDue || isLost || isNobodyHere) {
      this.framesSinceSearch = 0
      this.searchedS = timeS
      const lost = this.tracks.filter(({ isHere }) => !isHere).map((track) => track.placeAt(timeS))
      found.push(...(await this.search.inPicture(frame, lost)))
    }
    if (this.seeksSmall || (isNobodyHere && found.length === 0)) {
      const tiles = tilesOf(width, height)
      const next = isPicture ? tiles : [tiles[this.nextTile++ % tiles.length]].filter((tile) => tile !== undefined)
      found.push(...(await this.search.inTiles(frame, next)))
    }
    // A face that both the whole and a tile show counts once: those beyond the most that are followed are left out.
    return suppressed(found).sort((one, other) => other.box.width - one.box.width)
  }

  /** The faces that these regions show: one call of the landmark network for all. */
  private async look(
    frame: TimedFrame,
    places: readonly { readonly region: FaceRegion; readonly from: readonly FaceTrack[] }[],
  ): Promise<Observation[]> {
    if (places.length === 0) return []
    const length = cropSide * cropSide * 3
    const pixels = new Float32Array(places.length * length)
    const crops = places.map(({ region }, index) => {
      const crop = pixels.subarray(index * length, (index + 1) * length)
      cropInto(crop, frame, region)
      return crop
    })
    const { points, presence } = await this.networks.landmarks(pixels, places.length)
    return places.flatMap(({ region, from }, index) => {
      const certain = presence[index] ?? 0
      const crop = crops[index]
      if (!(certain > leastPresence) || !crop) return []
      const values = 3 * landmarkCount
      const inPicture = toPicture(points.subarray(index * values, (index + 1) * values), region, cropSide)
      const seen: SeenFace = { points: inPicture, crop, presence: certain, region: regionOfLandmarks(inPicture) }
      return isPlausible(seen) ? [{ ...seen, from }] : []
    })
  }

  /** Gives each observation to its track or to a new one, and numbers those that count now. */
  private assign(seen: readonly Observation[], timeS: number, hasMoved: boolean): (readonly [FaceTrack, SeenFace])[] {
    const pairs: (readonly [FaceTrack, SeenFace])[] = []
    const columns = matched(this.tracks, seen, timeS, hasMoved)
    const contested = this.tracks.map((track) => isContested(track, this.tracks, timeS))
    const kept: FaceTrack[] = []
    for (const [index, track] of this.tracks.entries()) {
      const face = seen[columns[index] ?? -1]
      if (face) {
        track.see(face, timeS, contested[index] ?? false)
        pairs.push([track, face])
      } else track.lose()
      // One that was there for a single frame was a mistake.
      if (face || track.id) kept.push(track)
    }
    for (const [index, face] of seen.entries()) {
      if (columns.includes(index) || kept.filter(({ isHere }) => isHere).length >= this.mostFaces) continue
      const track = new FaceTrack(face, timeS)
      track.see(face, timeS, false)
      kept.push(track)
      pairs.push([track, face])
    }
    this.tracks = kept
    const counting = pairs.filter(([{ id, hits }]) => !id && hits >= leastHits)
    for (const [track] of counting.sort(([one], [other]) => one.region.x - other.region.x)) {
      track.id = `face-${++this.numbered}`
    }
    return pairs
  }
}

/** The detected faces that no observation shows already; each observation explains one. */
function notAmong(found: readonly DetectedFace[], observations: readonly Observation[]): DetectedFace[] {
  const left = [...observations]
  return found.filter(({ box }) => {
    const place = { x: box.x + box.width / 2, y: box.y + box.height / 2, size: Math.max(box.width, box.height) }
    const known = left.findIndex((seen) => apart(place, placeOf(seen.region)) < 0.5)
    if (known >= 0) left.splice(known, 1)
    return known < 0
  })
}

function numberOf(track: TrackId): number {
  return Number(track.replace('face-', ''))
}

/** What may leave the follower's thread and be kept: the frame without landmarks, regions and blendshapes. */
export function momentOf({ timeS, width, height, faces }: FollowedFrame): FacesMoment {
  return { timeS, width, height, faces: faces.map(({ track, measured }) => ({ track, measured })) }
}
