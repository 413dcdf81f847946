/**
 * `npx tsx bench/faces-bars.ts FOLDER`: what following must find in the clips and pictures of FOLDER, held against what a
 * person counted in them, frame by frame.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openFaceNetworks } from '../cli/face-networks.ts'
import { type FileReport, followedFile } from './followed-file.ts'

interface Bar {
  readonly file: string
  readonly is: string
  readonly check: (report: FileReport) => readonly [isMet: boolean, found: string]
}

const people = (file: string, count: number): Bar => ({
  file,
  is: `${count} people, each with a track of their own`,
  check: ({ frames, summaries }) => [
    summaries.length === count && frames.at(-1)?.faces.length === count,
    `${summaries.length} tracks, ${frames.at(-1)?.faces.length} faces`,
  ],
})

/** From the second frame on, since a track counts from then, to the last. */
const throughout = (file: string, count: number): Bar => ({
  file,
  is: `${count === 1 ? 'one track' : `${count} tracks`} from the first second to the last, in the same order`,
  check: ({ frames, summaries }) => {
    const orders = new Set(
      frames.slice(1).map(({ faces }) =>
        [...faces]
          .sort((one, other) => one.measured.box.x - other.measured.box.x)
          .map(({ track }) => track)
          .join(),
      ),
    )
    return [
      summaries.length === count && orders.size === 1,
      `${summaries.length} tracks; from left to right: ${[...orders].join(' / ')}`,
    ]
  },
})

/**
 * Blinks that a person counted on the frames of the eyes, one by one. talk_glasses: the lids fall in frames 26 to 30
 * (closed in 27 and 28), 42 to 47 (closed in 43 to 45) and 71 to 74 (closed in 72), counted from 0 at 25 a second.
 */
const blinks = (file: string, timesS: readonly number[]): Bar => ({
  file,
  is: `${timesS.length} blinks, within 1`,
  check: ({ summaries }) => {
    const found = summaries.flatMap(({ events }) => events.filter(({ kind }) => kind === 'blink'))
    const places = found.map(({ startS, endS }) => `${startS.toFixed(2)}-${endS.toFixed(2)}`)
    const met = timesS.filter((timeS) => found.some(({ startS, endS }) => startS <= timeS && timeS <= endS))
    return [
      Math.abs(found.length - timesS.length) <= 1,
      `${found.length}: ${places.join(', ')}; ${met.length} where the person saw them`,
    ]
  },
})

const smile: Bar = {
  file: 'smile_neutral.mp4',
  is: 'AU12 under 0.2 until 0.3 s and over 0.5 from 0.8 to 2.0 s',
  check: ({ frames }) => {
    const levels = (from: number, to: number) =>
      frames
        .filter(({ timeS }) => timeS >= from && timeS <= to)
        .flatMap(({ faces }) => faces.map(({ measured }) => measured.units.AU12))
    const [rest, smiling] = [Math.max(...levels(0, 0.3)), Math.min(...levels(0.8, 2))]
    return [rest < 0.2 && smiling > 0.5, `at most ${rest.toFixed(2)}, then at least ${smiling.toFixed(2)}`]
  },
}

const bars: readonly Bar[] = [
  people('three_people.jpg', 3),
  people('four_people.jpg', 4),
  people('five_people.jpg', 5),
  throughout('speech_two_men.mp4', 2),
  ...['smile_neutral.mp4', 'talk_glasses.mpg', 'talk_man.mpg', 'talk_moustache.mpg', 'talk_woman.mpg'].map((file) =>
    throughout(file, 1),
  ),
  blinks('talk_glasses.mpg', [1.1, 1.76, 2.88]),
  smile,
]

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('Name the folder of clips: npx tsx bench/faces-bars.ts FOLDER')
const networks = await openFaceNetworks()
const reports = new Map<string, FileReport>()
let unmet = 0
for (const { file, is, check } of bars) {
  const path = join(folder, file)
  if (!existsSync(path)) {
    console.log(`none ${file}: not in ${folder}`)
    unmet++
    continue
  }
  const report = reports.get(file) ?? (await followedFile(path, networks))
  reports.set(file, report)
  const [isMet, found] = check(report)
  if (!isMet) unmet++
  console.log(`${isMet ? 'ok  ' : 'FAIL'} ${file}: ${is}. Found: ${found}`)
}
await networks.close()
console.log(unmet === 0 ? 'All bars are met.' : `${unmet} bars are not met.`)
process.exitCode = unmet === 0 ? 0 : 1
