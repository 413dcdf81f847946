import { rounded } from './level-curve.ts'
import {
  type FaceEvent,
  type FaceFlaw,
  faceFlaws,
  type MeasuredSpan,
  type MeasuredUnit,
  measuredUnits,
} from './measures.ts'

/** What one followed face did, without its curves: small enough to be kept and handed out. */
export interface MeasuredSummary {
  /** How many times it was measured. */
  readonly faces: number
  /** Of each unit, 0 to 1. */
  readonly units: Readonly<Record<MeasuredUnit, { readonly mean: number; readonly peak: number }>>
  /** Degrees, on average. */
  readonly head: { readonly yaw: number; readonly pitch: number; readonly roll: number }
  /** Share of the measures with each flaw, 0 to 1; flaws that never were are left out. */
  readonly flaws: Readonly<Partial<Record<FaceFlaw, number>>>
  readonly events: readonly Omit<FaceEvent, 'track'>[]
}

/** Numbers to two decimals. Never throws, and holds no number that is none. */
export function summaryOf({ faces, events }: MeasuredSpan): MeasuredSummary {
  const mean = (values: readonly number[]) => {
    const known = values.filter(Number.isFinite)
    return known.length === 0 ? 0 : rounded(known.reduce((sum, value) => sum + value / known.length, 0))
  }
  const peak = (values: readonly number[]) =>
    rounded(values.filter(Number.isFinite).reduce((a, b) => Math.max(a, b), 0))
  const units = measuredUnits.map((unit) => {
    const values = faces.map((face) => face.units[unit])
    return [unit, { mean: mean(values), peak: peak(values) }] as const
  })
  const flaws = faceFlaws.flatMap((flaw) => {
    const share = faces.filter(({ quality }) => quality.flaws.includes(flaw)).length / Math.max(1, faces.length)
    return share > 0 ? [[flaw, rounded(share)] as const] : []
  })
  return {
    faces: faces.length,
    units: Object.fromEntries(units) as MeasuredSummary['units'],
    head: {
      yaw: mean(faces.map(({ head }) => head.yaw)),
      pitch: mean(faces.map(({ head }) => head.pitch)),
      roll: mean(faces.map(({ head }) => head.roll)),
    },
    flaws: Object.fromEntries(flaws),
    events: events.map(({ track: _, ...event }) => event),
  }
}
