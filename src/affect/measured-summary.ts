import {
  type FaceEvent,
  type FaceFlaw,
  faceFlaws,
  type MeasuredFace,
  type MeasuredUnit,
  measuredUnits,
} from './measures.ts'

/** A level from 0 to 1 over a time. */
export interface LevelSummary {
  readonly mean: number
  readonly peak: number
  /** When the peak was reached, s. */
  readonly peakS: number
}

/** An angle or a direction over a time. */
export interface RangeSummary {
  readonly mean: number
  readonly least: number
  readonly most: number
}

/** What was measured of one followed face over a time, in few numbers, rounded to thousandths. */
export interface MeasuredSummary {
  /** Of the first and the last measure, on the source's own clock, s. */
  readonly startS: number
  readonly endS: number
  /** How often it was measured. */
  readonly count: number
  readonly units: Readonly<Record<MeasuredUnit, LevelSummary>>
  /** Degrees, as in `MeasuredFace`. */
  readonly head: Readonly<Record<'yaw' | 'pitch' | 'roll', RangeSummary>>
  /** -1 to 1. */
  readonly gaze: Readonly<Record<'x' | 'y', RangeSummary>>
  readonly closedLeft: LevelSummary
  readonly closedRight: LevelSummary
  readonly mouthOpen: LevelSummary
  readonly quality: {
    /** Mean height of the face in the source, px. */
    readonly heightPx: number
    /** The flaws of at least half of the measures. */
    readonly flaws: readonly FaceFlaw[]
  }
  readonly events: readonly FaceEvent[]
}

/**
 * What was measured of one face, in few numbers; undefined where nothing was.
 *
 * @param faces in the order of time
 */
export function summaryOf(
  faces: readonly MeasuredFace[],
  events: readonly FaceEvent[] = [],
): MeasuredSummary | undefined {
  const [first] = faces
  const last = faces.at(-1)
  if (!first || !last) return undefined
  const level = (of: (face: MeasuredFace) => number) => levelSummary(faces, of)
  const range = (of: (face: MeasuredFace) => number) => rangeSummary(faces.map(of))
  return {
    startS: rounded(first.timeS),
    endS: rounded(last.timeS),
    count: faces.length,
    units: Object.fromEntries(measuredUnits.map((unit) => [unit, level(({ units }) => units[unit])])) as Record<
      MeasuredUnit,
      LevelSummary
    >,
    head: {
      yaw: range(({ head }) => head.yaw),
      pitch: range(({ head }) => head.pitch),
      roll: range(({ head }) => head.roll),
    },
    gaze: { x: range(({ gaze }) => gaze.x), y: range(({ gaze }) => gaze.y) },
    closedLeft: level(({ closedLeft }) => closedLeft),
    closedRight: level(({ closedRight }) => closedRight),
    mouthOpen: level(({ mouthOpen }) => mouthOpen),
    quality: {
      heightPx: Math.round(mean(faces.map(({ quality }) => quality.heightPx))),
      flaws: faceFlaws.filter(
        (flaw) => 2 * faces.filter(({ quality }) => quality.flaws.includes(flaw)).length >= faces.length,
      ),
    },
    events: events.map(({ track, kind, startS, endS, strength }) => ({
      track,
      kind,
      startS: rounded(startS),
      endS: rounded(endS),
      strength: rounded(strength),
    })),
  }
}

function levelSummary(faces: readonly MeasuredFace[], of: (face: MeasuredFace) => number): LevelSummary {
  const peakFace = faces.reduce((best, face) => (of(face) > of(best) ? face : best))
  return { mean: rounded(mean(faces.map(of))), peak: rounded(of(peakFace)), peakS: rounded(peakFace.timeS) }
}

function rangeSummary(values: readonly number[]): RangeSummary {
  const [least, most] = values.reduce<readonly [number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
  return { mean: rounded(mean(values)), least: rounded(least), most: rounded(most) }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
