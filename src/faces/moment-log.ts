import type { MeasuredUnit } from '../affect/measures.ts'
import {
  type FaceFlaw,
  type FacesMoment,
  faceFlaws,
  type MeasuredFace,
  measuredUnits,
  type TrackedFace,
} from '../affect/measures.ts'
import type { TrackId } from '../affect/track.ts'

/** Numbers of a moment: time, width, height, and how many faces follow. */
const momentNumbers = 4
/** Numbers of a face: its track, all that is measured, and its flaws. */
const faceNumbers = 1 + 4 + measuredUnits.length + 3 + 2 + 2 + 1 + 6 + 1
const chunkNumbers = 1 << 15

/**
 * Moments in little memory, exact: a face takes 300 bytes, so that an hour of a video at ten moments a second takes 10 MB.
 * They come back in their order.
 */
export class MomentLog {
  private readonly chunks: Float64Array[] = []
  /** Numbers used of the last chunk. */
  private used = chunkNumbers
  /** Moments that are held. */
  length = 0

  add({ timeS, width, height, faces }: FacesMoment): void {
    this.push(timeS)
    this.push(width)
    this.push(height)
    this.push(faces.length)
    for (const face of faces) for (const number of numbersOf(face)) this.push(number)
    this.length++
  }

  *moments(): Generator<FacesMoment> {
    let at = 0
    const next = () => {
      const number = this.chunks[Math.floor(at / chunkNumbers)][at % chunkNumbers]
      at++
      return number
    }
    for (let left = this.length; left > 0; left--) {
      const [timeS, width, height, count] = Array.from({ length: momentNumbers }, next)
      const faces = Array.from({ length: count }, () => faceOf(timeS, Array.from({ length: faceNumbers }, next)))
      yield { timeS, width, height, faces }
    }
  }

  private push(number: number): void {
    if (this.used === chunkNumbers) {
      this.chunks.push(new Float64Array(chunkNumbers))
      this.used = 0
    }
    this.chunks[this.chunks.length - 1][this.used++] = number
  }
}

function numbersOf({ track, measured }: TrackedFace): number[] {
  const { box, units, head, gaze, quality } = measured
  return [
    Number(track.slice('face-'.length)),
    ...[box.x, box.y, box.width, box.height],
    ...measuredUnits.map((unit) => units[unit]),
    ...[head.yaw, head.pitch, head.roll, gaze.x, gaze.y],
    ...[measured.closedLeft, measured.closedRight, measured.mouthOpen],
    ...[quality.heightPx, quality.sharpness, quality.light, quality.turn, quality.cut, quality.covered],
    packed(quality.flaws),
  ]
}

function faceOf(timeS: number, numbers: readonly number[]): TrackedFace {
  let at = 0
  const next = () => numbers[at++]
  const track: TrackId = `face-${next()}`
  const measured: MeasuredFace = {
    timeS,
    box: { x: next(), y: next(), width: next(), height: next() },
    units: Object.fromEntries(measuredUnits.map((unit) => [unit, next()])) as Record<MeasuredUnit, number>,
    head: { yaw: next(), pitch: next(), roll: next() },
    gaze: { x: next(), y: next() },
    closedLeft: next(),
    closedRight: next(),
    mouthOpen: next(),
    quality: {
      heightPx: next(),
      sharpness: next(),
      light: next(),
      turn: next(),
      cut: next(),
      covered: next(),
      flaws: unpacked(next()),
    },
  }
  return { track, measured }
}

/** Their order matters: each is one digit, the first flaw the lowest. */
function packed(flaws: readonly FaceFlaw[]): number {
  return flaws.reduceRight((sum, flaw) => sum * (faceFlaws.length + 1) + faceFlaws.indexOf(flaw) + 1, 0)
}

function unpacked(number: number): FaceFlaw[] {
  const flaws: FaceFlaw[] = []
  for (let left = number; left > 0; left = Math.floor(left / (faceFlaws.length + 1))) {
    flaws.push(faceFlaws[(left % (faceFlaws.length + 1)) - 1])
  }
  return flaws
}
