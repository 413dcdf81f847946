/**
 * `npx tsx bench/faces-trials.ts FOLDER [GROUPS]`: follows faces through composed clips: crossing, hidden, small, cut, at the edge,
 * mirrored, tilted, dark, still. FOLDER holds pictures of one face each; two of them move over each other.
 */
import { join } from 'node:path'
import { openFaceNetworks } from '../cli/face-networks.ts'
import { type MeasuredFace, measuredUnits } from '../src/affect/measures.ts'
import type { TimedFrame } from '../src/capture/painter.ts'
import { FaceFollower, type FollowedFrame, type FollowOptions } from '../src/faces/face-follower.ts'
import {
  type Cutout,
  copied,
  cover,
  darker,
  mirrored,
  noisy,
  paste,
  wall,
} from '../src/faces/testing/composed-frames.ts'
import { decoded } from './ffmpeg-frames.ts'

const folder = process.argv[2]
if (!folder) throw new Error('Name the folder with the pictures: npx tsx bench/faces-trials.ts FOLDER [GROUPS]')
const networks = await openFaceNetworks()
const rate = 12
/** The groups of trials to run. Default: all. */
const chosen = process.argv.slice(3)

async function picture(name: string): Promise<TimedFrame> {
  for await (const frame of (await decoded(join(folder ?? '', name))).frames()) return frame
  throw new Error(`${name} has no frame.`)
}

async function cutout(name: string): Promise<Cutout> {
  const frame = await picture(name)
  const { faces } = await new FaceFollower(networks).followPicture(frame)
  const box = faces[0]?.measured.box
  if (!box) throw new Error(`${name} shows no face.`)
  return { picture: frame, box }
}

type Draw = (frame: TimedFrame, timeS: number) => void

async function followed(seconds: number, draw: Draw, options: FollowOptions = {}, width = 960, height = 540) {
  const follower = new FaceFollower(networks, options)
  const ground = wall(width, height)
  const frames: FollowedFrame[] = []
  for (let index = 0; index < seconds * rate; index++) {
    const frame = copied(ground, index / rate)
    draw(frame, index / rate)
    noisy(frame, 2, index)
    frames.push(await follower.follow(frame))
  }
  return frames
}

/** The track whose face is nearest to x at the end, or at the beginning. */
function trackAt(frames: readonly FollowedFrame[], x: number): string | undefined {
  const frame = frames[0]
  const center = ({ box }: MeasuredFace) => box.x + box.width / 2
  return frame?.faces.toSorted(
    (one, other) => Math.abs(center(one.measured) - x) - Math.abs(center(other.measured) - x),
  )[0]?.track
}

function tracksOf(frames: readonly FollowedFrame[]): string[] {
  return [...new Set(frames.flatMap(({ faces }) => faces.map(({ track }) => track)))]
}

async function group(name: string, trials: () => Promise<void>): Promise<void> {
  if (chosen.length === 0 || chosen.includes(name)) await trials()
}

let failed = 0
function say(name: string, isRight: boolean, detail: string): void {
  if (!isRight) failed++
  console.log(`${isRight ? 'ok  ' : 'FAIL'} ${name}: ${detail}`)
}

const one = await cutout('miner.jpg')
const other = await cutout('older_woman.jpg')
const third = await cutout('bearded_hat.jpg')

await group('crossing', async () => {
  for (const [name, heights, front] of [
    ['crossing, the same size', [150, 150], 'other'],
    ['crossing, the first in front', [150, 150], 'one'],
    ['crossing, one further away', [170, 120], 'one'],
  ] as const) {
    for (const seconds of [2, 4]) {
      const frames = await followed(seconds, (frame, t) => {
        const share = t / seconds
        const places = [
          [one, { x: 180 + 600 * share, y: 270, heightPx: heights[0] }],
          [other, { x: 780 - 600 * share, y: 280, heightPx: heights[1] }],
        ] as const
        for (const [cut, place] of front === 'other' ? places : places.toReversed()) paste(frame, cut, place)
      })
      const [start, end] = [frames.slice(2), frames.slice(-1)]
      const kept = trackAt(start, 180) === trackAt(end, 780) && trackAt(start, 780) === trackAt(end, 180)
      const isRight = kept && tracksOf(frames).length === 2 && end[0]?.faces.length === 2
      say(
        `${name}, ${seconds} s`,
        isRight,
        `${trackAt(start, 180)} ends as ${trackAt(end, 780)}, ${trackAt(start, 780)} as ${trackAt(end, 180)}; ${tracksOf(frames).length} tracks`,
      )
    }
  }
})

await group('meeting', async () => {
  const frames = await followed(4, (frame, t) => {
    const way = 140 * Math.sin((Math.PI * t) / 4)
    paste(frame, one, { x: 330 + way, y: 270, heightPx: 150 })
    paste(frame, other, { x: 630 - way, y: 280, heightPx: 150 })
  })
  const [start, end] = [frames.slice(2), frames.slice(-1)]
  const isRight =
    trackAt(start, 330) === trackAt(end, 330) &&
    trackAt(start, 630) === trackAt(end, 630) &&
    tracksOf(frames).length === 2
  say(
    'meeting and parting again',
    isRight,
    `${trackAt(start, 330)} ends as ${trackAt(end, 330)}, ${trackAt(start, 630)} as ${trackAt(end, 630)}; ${tracksOf(frames).length} tracks`,
  )
})

await group('hidden', async () => {
  for (const speed of [0, 60]) {
    const frames = await followed(4, (frame, t) => {
      paste(frame, one, { x: 300 + speed * t, y: 270, heightPx: 160 })
      if (t >= 1.5 && t < 2.3) cover(frame, { x: 200, y: 100, width: 500, height: 340 })
    })
    const hidden = frames.filter(({ timeS, faces }) => timeS >= 1.5 && timeS < 2.3 && faces.length > 0).length
    const isRight = tracksOf(frames).length === 1 && hidden === 0 && frames.at(-1)?.faces.length === 1
    say(
      `hidden for 0.8 s, moving ${speed} px a second`,
      isRight,
      `tracks ${tracksOf(frames).join(', ')}; ${hidden} frames followed while hidden`,
    )
  }
})

await group('small', async () => {
  for (const [tiles, seconds] of [
    [true, 2],
    [false, 2],
  ] as const) {
    const frames = await followed(
      seconds,
      (frame, t) => paste(frame, one, { x: 900 + 10 * t, y: 400, heightPx: 40 }),
      { seeksSmall: tiles },
      1280,
      720,
    )
    const first = frames.find(({ faces }) => faces.length > 0)?.timeS
    say(
      `40 px high in 1280 x 720, tiles ${tiles}`,
      tracksOf(frames).length === 1,
      `found at ${first?.toFixed(2)} s, ${tracksOf(frames).length} tracks, height ${frames.at(-1)?.faces[0]?.measured.quality.heightPx.toFixed(0)} px`,
    )
  }
})

await group('empty', async () => {
  const frames = await followed(2, () => undefined)
  say('an empty picture', tracksOf(frames).length === 0, `${tracksOf(frames).length} tracks`)
})

await group('cut', async () => {
  const second = await cutout('portrait_smile.png')
  const frames = await followed(3, (frame, t) => {
    if (t >= 1.5)
      for (let each = 0; each < frame.rgba.length; each += 4)
        frame.rgba.set([40 + ((each / 4) % 960) / 6, 90, 160 - ((each / 4) % 960) / 8], each)
    paste(frame, t < 1.5 ? one : second, { x: 480, y: 270, heightPx: 200 })
  })
  const cuts = frames.filter(({ isCut }) => isCut).map(({ timeS }) => timeS)
  say(
    'a cut between two people',
    tracksOf(frames).length === 2,
    `${tracksOf(frames).join(', ')}; cuts at ${cuts.join()}`,
  )
})

await group('edge', async () => {
  const frames = await followed(3, (frame, t) => paste(frame, third, { x: 120 - 40 * t, y: 270, heightPx: 200 }))
  const last = frames.findLast(({ faces }) => faces.length > 0)
  say(
    'moving out of the frame',
    tracksOf(frames).length === 1,
    `followed to ${last?.timeS.toFixed(2)} s, cut ${last?.faces[0]?.measured.quality.cut.toFixed(2)}, flaws ${last?.faces[0]?.measured.quality.flaws.join()}`,
  )
})

await group('mirrored', async () => {
  for (const name of ['portrait_smile.png', 'miner.jpg', 'older_woman.jpg', 'bearded_hat.jpg', 'three_people.jpg']) {
    const frame = await picture(name)
    const plain = (await new FaceFollower(networks).followPicture(frame)).faces.toSorted(
      (a, b) => a.measured.box.x - b.measured.box.x,
    )
    const turned = (await new FaceFollower(networks).followPicture(mirrored(frame))).faces.toSorted(
      (a, b) => b.measured.box.x - a.measured.box.x,
    )
    let [unit, yaw, pitch, roll, lids] = [0, 0, 0, 0, 0]
    let which = ''
    for (const [index, { measured }] of plain.entries()) {
      const its = turned[index]?.measured
      // The networks themselves see a head that is tilted far otherwise than its mirror image.
      if (!its || Math.abs(measured.head.roll) > 30) continue
      for (const each of measuredUnits) {
        const difference = Math.abs(measured.units[each] - its.units[each])
        if (difference > unit) [unit, which] = [difference, each]
      }
      yaw = Math.max(yaw, Math.abs(measured.head.yaw + its.head.yaw))
      roll = Math.max(roll, Math.abs(measured.head.roll + its.head.roll))
      pitch = Math.max(pitch, Math.abs(measured.head.pitch - its.head.pitch))
      lids = Math.max(lids, Math.abs(measured.closedLeft - its.closedRight))
    }
    say(
      `mirrored ${name}`,
      plain.length === turned.length && unit < 0.25 && yaw < 6 && roll < 6,
      `largest differences: ${which} ${unit.toFixed(2)}, lids ${lids.toFixed(2)}, yaw ${yaw.toFixed(1)}, pitch ${pitch.toFixed(1)}, roll ${roll.toFixed(1)}`,
    )
  }
})

await group('tilted', async () => {
  for (const degrees of [-30, -20, 20, 30]) {
    const cuts = [one, other, await cutout('portrait_smile.png')]
    for (const [index, cut] of cuts.entries()) {
      const measure = async (angle: number) => {
        const frame = copied(wall(640, 480), 0)
        paste(frame, cut, { x: 320, y: 240, heightPx: 220, degrees: angle })
        return (await new FaceFollower(networks).followPicture(frame)).faces[0]?.measured
      }
      const [level, tilted] = [await measure(0), await measure(degrees)]
      const roll = (tilted?.head.roll ?? Number.NaN) - (level?.head.roll ?? 0)
      const smile = Math.abs((tilted?.units.AU12 ?? Number.NaN) - (level?.units.AU12 ?? 0))
      say(
        `tilted by ${degrees}, face ${index + 1}`,
        Math.abs(roll - degrees) < 5 && smile < 0.15,
        `roll ${roll.toFixed(1)}, AU12 differs by ${smile.toFixed(2)}, yaw by ${((tilted?.head.yaw ?? 0) - (level?.head.yaw ?? 0)).toFixed(1)}`,
      )
    }
  }
})

await group('dark', async () => {
  for (const factor of [0.3, 0.12, 0.06]) {
    const frames = await followed(1, (frame) => {
      paste(frame, one, { x: 480, y: 270, heightPx: 200 })
      darker(frame, factor)
    })
    const face = frames.at(-1)?.faces[0]?.measured
    say(
      `dark, times ${factor}`,
      factor < 0.1 || tracksOf(frames).length === 1,
      `${tracksOf(frames).length} tracks, light ${face?.quality.light.toFixed(2)}, sharpness ${face?.quality.sharpness.toFixed(2)}, AU12 ${face?.units.AU12.toFixed(2)}, flaws ${face?.quality.flaws.join()}`,
    )
  }
})

await group('still', async () => {
  for (const name of ['not_a_face_statue.jpg', 'not_a_face_doll.jpg', 'not_a_face_bricks.jpg']) {
    const cut = await cutout(name)
    const height = Math.min(200, cut.box.height)
    for (const speed of [0, 15]) {
      const frames = await followed(7, (frame, t) =>
        paste(frame, cut, { x: 300 + speed * t, y: 270, heightPx: height }),
      )
      const still = frames.find(({ faces }) => faces[0]?.measured.quality.flaws.includes('still'))?.timeS
      say(`${name}, moved ${speed} px a second`, still !== undefined, `told still at ${still?.toFixed(1)} s`)
    }
  }
})

await networks.close()
console.log(failed === 0 ? 'All trials went well.' : `${failed} trials failed.`)
process.exitCode = failed === 0 ? 0 : 1
