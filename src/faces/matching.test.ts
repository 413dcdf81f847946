import { describe, expect, it } from 'vitest'
import { FaceTrack } from './face-track.ts'
import { isContested, isPlausible, matched, type Observation, withoutTwins } from './matching.ts'
import { type PosedFace, posedPoints, seenFace } from './testing/posed-face.ts'

const rate = 25
const observed = (pose: PosedFace, from: readonly FaceTrack[] = []): Observation => ({ ...seenFace(pose), from })

/** Two faces, of which one may be hidden, followed as the follower does it; returns whose place each track has at the end. */
function followed(
  seconds: number,
  faces: readonly ((timeS: number) => PosedFace)[],
  isHidden: (face: number, timeS: number) => boolean = () => false,
): number[] {
  const tracks = faces.map((at) => new FaceTrack(seenFace(at(0)), 0))
  for (let index = 0; index <= seconds * rate; index++) {
    const timeS = index / rate
    const visible = faces.flatMap((at, face) => (isHidden(face, timeS) ? [] : [at(timeS)]))
    const seen = visible.map((pose) => {
      const place = seenFace(pose)
      // What a track's own region shows is the visible face that is closest to where it looks.
      const from = tracks.filter((track) => {
        if (!track.isHere) return false
        const region = track.regionAt(timeS)
        const far = (each: PosedFace) =>
          Math.hypot(seenFace(each).region.x - region.x, seenFace(each).region.y - region.y)
        return visible.every((other) => far(pose) <= far(other))
      })
      return { ...place, from }
    })
    const contested = tracks.map((track) => isContested(track, tracks, timeS))
    const columns = matched(tracks, seen, timeS, false)
    for (const [face, track] of tracks.entries()) {
      const shown = seen[columns[face] ?? -1]
      if (shown) track.see(shown, timeS, contested[face] ?? false)
      else track.lose()
    }
  }
  const ends = faces.map((at) => seenFace(at(seconds)).region)
  return tracks.map((track) => {
    const distances = ends.map(({ x, y }) => Math.hypot(track.region.x - x, track.region.y - y))
    return distances.indexOf(Math.min(...distances))
  })
}

describe('tracks', () => {
  const toTheRight = (t: number): PosedFace => ({ x: 150 + 150 * t, y: 250, scale: 9 })
  const toTheLeft = (t: number): PosedFace => ({ x: 750 - 150 * t, y: 255, scale: 9 })

  it('do not swap where faces cross and both are seen', () => {
    expect(followed(4, [toTheRight, toTheLeft])).toEqual([0, 1])
  })

  it.each([0, 1])('do not swap where face %i passes behind the other', (behind) => {
    const apart = (t: number) => Math.abs(toTheRight(t).x - toTheLeft(t).x)
    expect(followed(4, [toTheRight, toTheLeft], (face, t) => face === behind && apart(t) < 130)).toEqual([0, 1])
  })

  it('do not swap where faces meet and part again', () => {
    const way = (t: number) => 180 * Math.sin((Math.PI * t) / 3)
    const one = (t: number): PosedFace => ({ x: 250 + way(t), y: 250, scale: 9 })
    const other = (t: number): PosedFace => ({ x: 700 - way(t), y: 250, scale: 9 })
    expect(followed(3, [one, other])).toEqual([0, 1])
  })

  it('are kept for a face that was hidden for 0.8 s while it moved on', () => {
    expect(followed(3, [toTheRight], (_, t) => t > 1 && t < 1.8)).toEqual([0])
  })

  it('do not take a face that is elsewhere, or of another size, for the one that is gone', () => {
    const track = new FaceTrack(seenFace({ x: 200, y: 200, scale: 8 }), 0)
    track.see(seenFace({ x: 200, y: 200, scale: 8 }), 0, false)
    expect(matched([track], [observed({ x: 800, y: 200, scale: 8 })], 0.1, false)).toEqual([-1])
    expect(matched([track], [observed({ x: 200, y: 200, scale: 20 })], 0.1, false)).toEqual([-1])
    expect(matched([track], [observed({ x: 215, y: 200, scale: 8.3 })], 0.1, false)).toEqual([0])
  })

  it('end where the scene has changed and the face is not where it was', () => {
    const track = new FaceTrack(seenFace({ x: 200, y: 200, scale: 8 }), 0)
    const jumped = [observed({ x: 270, y: 200, scale: 8 })]
    expect(matched([track], jumped, 0.04, false)).toEqual([0])
    expect(matched([track], jumped, 0.04, true)).toEqual([-1])
  })
})

describe('withoutTwins', () => {
  it('keeps one observation of a face that two regions show, the surest, and knows both', () => {
    const [a, b] = [1, 2].map(() => new FaceTrack(seenFace({ x: 200, y: 200, scale: 8 }), 0))
    const pose = { x: 200, y: 200, scale: 8 }
    const kept = withoutTwins([
      { ...seenFace(pose, 0.8), from: a ? [a] : [] },
      { ...seenFace({ ...pose, x: 206 }, 0.95), from: b ? [b] : [] },
      { ...seenFace({ ...pose, x: 400 }, 0.6), from: [] },
    ])
    expect(kept.map(({ presence }) => presence)).toEqual([0.95, 0.6])
    expect(kept[0]?.from).toHaveLength(2)
  })
})

describe('isPlausible', () => {
  it('wants eyes above the mouth, however the head is tilted', () => {
    expect(isPlausible(seenFace({ x: 200, y: 200, scale: 8, roll: 40 }))).toBe(true)
    const points = posedPoints({ x: 200, y: 200, scale: 8 })
    for (let each = 1; each < points.length; each += 3) points[each] = 400 - (points[each] ?? 0)
    expect(isPlausible({ ...seenFace({ x: 200, y: 200, scale: 8 }), points })).toBe(false)
  })
})
