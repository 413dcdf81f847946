import { readFileSync } from 'node:fs'
import { PNG } from 'pngjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openFaceNetworks } from '../../cli/face-networks.ts'
import { measuredUnits } from '../affect/measures.ts'
import type { TimedFrame } from '../capture/painter.ts'
import { FaceFollower, type FollowedFrame, momentOf } from './face-follower.ts'
import type { FaceNetworks } from './networks/face-networks.ts'
import { type Cutout, copied, cover, mirrored, type Placed, paste, wall } from './testing/composed-frames.ts'

/** A crop of a face that takes its inner two thirds. */
function cutout(name: string): Cutout {
  const file = new URL(`../../fixtures/data/faces/${name}_256.png`, import.meta.url)
  const { width, height, data } = PNG.sync.read(readFileSync(file))
  const picture = { width, height, rgba: new Uint8ClampedArray(data) }
  return { picture, box: { x: width / 6, y: height / 6, width: width / 1.5, height: height / 1.5 } }
}

const miner = cutout('miner')
const woman = cutout('older_woman')
const astronaut = cutout('portrait_smile')
const ground = wall(640, 360)

function frame(timeS: number, ...faces: readonly (readonly [Cutout, Placed])[]): TimedFrame {
  const drawn = copied(ground, timeS)
  for (const [face, place] of faces) paste(drawn, face, place)
  return drawn
}

const left = { x: 170, y: 180, heightPx: 150 }
const right = { x: 470, y: 180, heightPx: 150 }

describe('FaceFollower', () => {
  let networks: FaceNetworks
  beforeAll(async () => {
    networks = await openFaceNetworks()
  })
  afterAll(() => networks.close())

  async function followed(frames: readonly TimedFrame[], follower = new FaceFollower(networks)) {
    const results: FollowedFrame[] = []
    for (const each of frames) results.push(await follower.follow(each))
    return results
  }

  const tracksIn = (frames: readonly FollowedFrame[]) => [
    ...new Set(frames.flatMap(({ faces }) => faces.map(({ track }) => track))),
  ]

  it('numbers the faces of a picture from left to right, and measures where they are', async () => {
    const picture = frame(0, [miner, right], [astronaut, left])
    const found = await new FaceFollower(networks).followPicture(picture)
    expect(found.faces.map(({ track }) => track)).toEqual(['face-1', 'face-2'])
    expect(found.events).toEqual([])
    for (const [index, { measured, landmarks, blendshapes }] of found.faces.entries()) {
      const { box, quality, units } = measured
      expect(Math.abs(box.x + box.width / 2 - (index === 0 ? left.x : right.x))).toBeLessThan(25)
      expect(quality.heightPx).toBeGreaterThan(110)
      expect(quality.heightPx).toBeLessThan(190)
      expect(quality.flaws).toEqual([])
      expect(units.AU12).toBeGreaterThan(0.6)
      expect([landmarks.length, blendshapes.length]).toEqual([478 * 3, 52])
    }
    expect(JSON.parse(JSON.stringify(momentOf(found)))).toEqual(momentOf(found))
    expect(Object.keys(momentOf(found).faces[0] ?? {})).toEqual(['track', 'measured'])
  })

  it('finds nobody on a wall', async () => {
    expect((await new FaceFollower(networks).followPicture(frame(0))).faces).toEqual([])
    expect(tracksIn(await followed([0, 0.1, 0.2].map((timeS) => frame(timeS))))).toEqual([])
  })

  it('counts a face from its second frame on, and gives the same for the same frames', async () => {
    const frames = [0, 0.1, 0.2, 0.3].map((timeS) => frame(timeS, [miner, { ...left, x: left.x + 40 * timeS }]))
    const [one, other] = [await followed(frames), await followed(frames)]
    expect(one.map(({ faces }) => faces.length)).toEqual([0, 1, 1, 1])
    expect(one).toEqual(other)
  })

  it('keeps its number in frames that are seconds apart, as on a busy device', async () => {
    const results = await followed([0, 3, 6, 9].map((timeS) => frame(timeS, [miner, left])))
    expect(results.map(({ faces }) => faces.length)).toEqual([0, 1, 1, 1])
    expect(tracksIn(results)).toEqual(['face-1'])
  })

  it('looks for faces now and then, and at all followed ones in one call', async () => {
    const calls = { detect: 0, landmarks: [] as number[] }
    const counted: FaceNetworks = {
      detect: (pixels) => {
        calls.detect++
        return networks.detect(pixels)
      },
      landmarks: (pixels, faces) => {
        calls.landmarks.push(faces)
        return networks.landmarks(pixels, faces)
      },
      blendshapes: (points) => networks.blendshapes(points),
      close: () => networks.close(),
    }
    const frames = Array.from({ length: 16 }, (_, index) => frame(index / 30, [miner, left], [astronaut, right]))
    await followed(frames, new FaceFollower(counted))
    expect(calls.detect).toBe(2)
    expect(calls.landmarks).toEqual(Array.from({ length: 16 }, () => 2))
  })

  it('keeps the numbers of two faces that cross, one hidden behind the other', async () => {
    const frames = Array.from({ length: 24 }, (_, index) => {
      const way = (400 * index) / 23
      return frame(index / 12, [woman, { ...right, x: 520 - way }], [miner, { ...left, x: 120 + way }])
    })
    const results = await followed(frames)
    expect(tracksIn(results)).toEqual(['face-1', 'face-2'])
    const centers = results.at(-1)?.faces.map(({ measured: { box } }) => box.x + box.width / 2) ?? []
    expect(centers[0]).toBeGreaterThan(460)
    expect(centers[1]).toBeLessThan(180)
  })

  it('keeps a face that is hidden for 0.8 s, and tells it as not here meanwhile', async () => {
    const frames = Array.from({ length: 18 }, (_, index) => {
      const drawn = frame(index / 10, [miner, left])
      if (index >= 5 && index < 13) cover(drawn, { x: 60, y: 40, width: 220, height: 300 })
      return drawn
    })
    const results = await followed(frames)
    expect(results.map(({ faces }) => faces.length)).toEqual([
      0,
      1,
      1,
      1,
      1,
      ...Array.from({ length: 8 }, () => 0),
      1,
      1,
      1,
      1,
      1,
    ])
    expect(tracksIn(results)).toEqual(['face-1'])
  })

  it('begins anew at a cut, when told to and when time goes back; numbers go on', async () => {
    const follower = new FaceFollower(networks)
    const street = (timeS: number) => {
      const drawn = copied(wall(640, 360), timeS)
      for (let row = 0; row < 360; row += 60)
        cover(drawn, { x: 0, y: row, width: 640, height: 30 }, row % 120 === 0 ? 230 : 20)
      paste(drawn, astronaut, left)
      return drawn
    }
    const results = await followed(
      [frame(0, [miner, left]), frame(0.1, [miner, left]), street(0.2), street(0.3)],
      follower,
    )
    expect(results.map(({ faces, isCut }) => [faces.map(({ track }) => track).join(), isCut])).toEqual([
      ['', false],
      ['face-1', false],
      ['', true],
      ['face-2', false],
    ])
    follower.forget()
    expect(tracksIn(await followed([street(0.4), street(0.5)], follower))).toEqual(['face-3'])
    expect(tracksIn(await followed([street(0), street(0.1)], follower))).toEqual(['face-4'])
  })

  it('measures against the neutral face that a person chose', async () => {
    const follower = new FaceFollower(networks)
    const frames = [0, 0.1, 0.2].map((timeS) => frame(timeS, [astronaut, left]))
    const before = (await followed(frames, follower)).at(-1)?.faces[0]?.measured.units.AU12
    expect(before).toBeGreaterThan(0.6)
    expect([follower.neutral('face-1'), follower.takeNeutral('face-9'), follower.takeNeutral('face-1')]).toEqual([
      'learning',
      false,
      true,
    ])
    const after = await follower.follow(frame(0.3, [astronaut, left]))
    expect(after.faces[0]?.measured.units.AU12).toBeLessThan(0.1)
    expect(follower.neutral('face-1')).toBe('chosen')
  })

  it('measures a mirrored face alike, turned to the other side', async () => {
    for (const face of [miner, astronaut]) {
      const picture = frame(0, [face, { ...left, heightPx: 220, degrees: 10 }])
      const plain = (await new FaceFollower(networks).followPicture(picture)).faces[0]?.measured
      const turned = (await new FaceFollower(networks).followPicture(mirrored(picture))).faces[0]?.measured
      expect(Math.abs((plain?.head.yaw ?? 99) + (turned?.head.yaw ?? 99))).toBeLessThan(4)
      expect(Math.abs((plain?.head.roll ?? 99) + (turned?.head.roll ?? 99))).toBeLessThan(3)
      const differences = measuredUnits.map((unit) => Math.abs((plain?.units[unit] ?? 9) - (turned?.units[unit] ?? 9)))
      expect(Math.max(...differences)).toBeLessThan(0.2)
    }
  })

  it('finds a small face by tiles', async () => {
    const drawn = copied(wall(1280, 720), 0)
    paste(drawn, miner, { x: 900, y: 420, heightPx: 40 })
    const { faces } = await new FaceFollower(networks).followPicture(drawn)
    expect(faces).toHaveLength(1)
    expect(faces[0]?.measured.quality.flaws).toContain('small')
  })

  describe('of a large face and one of 40 px', () => {
    const picture = wall(1280, 720)
    paste(picture, astronaut, { x: 300, y: 360, heightPx: 260 })
    paste(picture, miner, { x: 900, y: 420, heightPx: 40 })
    const both = (timeS: number) => copied(picture, timeS)
    const heightsIn = ({ faces }: FollowedFrame) => faces.map(({ measured }) => measured.quality.heightPx > 100)

    it('finds the small one in a picture only when asked', async () => {
      expect(heightsIn(await new FaceFollower(networks).followPicture(both(0)))).toEqual([true])
      const asked = await new FaceFollower(networks, { seeksSmall: true }).followPicture(both(0))
      expect(heightsIn(asked)).toEqual([true, false])
    })

    it('gives it the place that is left where no more are followed', async () => {
      const follower = new FaceFollower(networks, { seeksSmall: true, mostFaces: 2 })
      expect(heightsIn(await follower.followPicture(both(0)))).toEqual([true, false])
    })

    it('begins to look for it while the other is followed, and follows it when no longer asked', async () => {
      const follower = new FaceFollower(networks)
      // There are eight tiles, one a frame.
      const times = (from: number) => Array.from({ length: 10 }, (_, index) => (from + index) / 30)
      const before = await followed(times(0).map(both), follower)
      expect(heightsIn(before[9])).toEqual([true])
      follower.seeksSmall = true
      const sought = await followed(times(10).map(both), follower)
      expect(heightsIn(sought[9])).toEqual([true, false])
      follower.seeksSmall = false
      const after = await followed(times(20).map(both), follower)
      expect(heightsIn(after[9])).toEqual([true, false])
      expect(tracksIn([...before, ...sought, ...after])).toEqual(['face-1', 'face-2'])
    })
  })

  it('follows no more faces than asked for, the largest first', async () => {
    const picture = frame(0, [miner, { ...left, heightPx: 110 }], [astronaut, right])
    const { faces } = await new FaceFollower(networks, { mostFaces: 1 }).followPicture(picture)
    expect(faces.map(({ measured: { box } }) => box.x > 320)).toEqual([true])
  })
})
