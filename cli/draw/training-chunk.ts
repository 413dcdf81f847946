import { actionUnits } from '../../src/affect/labels.ts'
import * as faces from '../../src/demo-face/face.ts'
import { linesOf, scoredLines } from '../../src/demo-face/lines.ts'
import type { Random } from '../../src/demo-face/random.ts'
import { type ClipPainter, clipOf, fileTimes, type SeenClip, trainingTimes } from './drawn-clips.ts'

export const framesPerClip = 8
export const seenPx = 112

/** Parameters of a frame, in the order of parameters.bin. */
export const parameterNames = [
  ...actionUnits,
  'yaw',
  'pitch',
  'roll',
  'gazeX',
  'gazeY',
  'closedLeft',
  'closedRight',
] as const

const choices = {
  faceShape: faces.faceShapes,
  skin: faces.skins,
  hairColor: faces.hairColors,
  hairLength: faces.hairLengths,
  hairTexture: faces.hairTextures,
  browShape: faces.browShapes,
  beard: faces.beards,
  glasses: faces.glasses,
} as const
const flags = [
  'isMale',
  'isYoung',
  'hasRosyCheeks',
  'hasBangs',
  'hasRecedingHairline',
  'hasEyeBags',
  'hasBigNose',
  'hasBigLips',
  'hasMustache',
  'hasHat',
  'hasEarrings',
  'hasLipstick',
  'hasNecklace',
  'hasNecktie',
] as const

type Choice = keyof typeof choices
const choiceNames = Object.keys(choices) as Choice[]

/** Looks of a clip, in the order of looks.bin: one of each choice is 1, and flags that hold. */
export const lookNames: readonly string[] = [
  ...choiceNames.flatMap((name) => choices[name].map((each) => `${name}=${each}`)),
  ...flags,
]

function looksRow({ clip: { looks } }: SeenClip): number[] {
  // No hair has neither a color nor waves.
  const isShown = (name: Choice) => looks.hairLength !== 'bald' || (name !== 'hairColor' && name !== 'hairTexture')
  return [
    ...choiceNames.flatMap((name) => choices[name].map((each) => (isShown(name) && looks[name] === each ? 1 : 0))),
    ...flags.map((flag) => (looks[flag] ? 1 : 0)),
  ]
}

/** A run of clips, ready to be written. */
export interface TrainingChunk {
  /** uint8 [clips, 8, 112, 112, 3] */
  readonly frames: Uint8Array<ArrayBuffer>
  /** float32 [clips, 8, parameters] */
  readonly parameters: Float32Array<ArrayBuffer>
  /** float32 [clips, looks] */
  readonly looks: Float32Array<ArrayBuffer>
  readonly lines: string
}

/** Which moments, sizes and lines: varied for training, or just as `videmo score` reads them. */
export type DrawMode = 'training' | 'scoring'

const timesOf: Readonly<Record<DrawMode, (random: Random) => readonly number[]>> = {
  training: trainingTimes(framesPerClip),
  scoring: fileTimes({ fps: 2, minFrames: 2, maxFrames: framesPerClip }),
}

interface Painters {
  /** Draws 224 px. */
  readonly small: ClipPainter
  /** Draws 448 px. */
  readonly large: ClipPainter
}

/** Every fifth clip is drawn at twice the size: what a person watches is larger than what is drawn for speed. */
function painterOf({ small, large }: Painters, mode: DrawMode, index: number): ClipPainter {
  return mode === 'training' && index % 5 === 4 ? large : small
}

/** Clips [from, to) of a seed. */
export function trainingChunk(
  seed: number,
  from: number,
  to: number,
  mode: DrawMode,
  painters: Painters,
): TrainingChunk {
  const count = to - from
  const frameBytes = seenPx * seenPx * 3
  const frames = new Uint8Array(count * framesPerClip * frameBytes)
  const parameters: number[] = []
  const looks: number[] = []
  const lines: string[] = []
  for (let index = from; index < to; index++) {
    const seen = clipOf(seed, index, timesOf[mode])
    const painter = painterOf(painters, mode, index)
    for (let frame = 0; frame < framesPerClip; frame++) {
      const start = ((index - from) * framesPerClip + frame) * frameBytes
      painter.see(seen, frame, frames.subarray(start, start + frameBytes))
      const { units, ...pose } = seen.frames[frame].pose
      const values: Readonly<Record<string, number>> = { ...units, ...pose }
      parameters.push(...parameterNames.map((name) => values[name]))
    }
    looks.push(...looksRow(seen))
    const video = (shown: number) => `frames.bin#${index}:0-${shown}`
    const told =
      mode === 'training'
        ? linesOf(seen.clip, seen.frames, seen.truth, video, seen.random)
        : scoredLines(seen.truth, video(framesPerClip))
    lines.push(...told.map((line) => `${JSON.stringify(line)}\n`))
  }
  return {
    frames,
    parameters: Float32Array.from(parameters),
    looks: Float32Array.from(looks),
    lines: lines.join(''),
  }
}
