import type { FaceEvent, FaceEventKind, FaceFlaw, FacesMoment, MeasuredFace, MeasuredUnit } from './measures.ts'
import { faceEventKinds, faceFlaws, measuredUnits } from './measures.ts'
import type { TrackId } from './track.ts'

export interface UnitSummary {
  /** 0 to 1, over the frames in which the face is there. */
  readonly mean: number
  readonly peak: number
  /** When the peak was, s. */
  readonly peakS: number
}

/** What was measured of one face from its first frame to its last. */
export interface TrackSummary {
  readonly track: TrackId
  readonly firstS: number
  readonly lastS: number
  readonly frames: number
  /** Share of the source's frames, from the first to the last that was measured, in which it is there, 0 to 1. */
  readonly present: number
  readonly units: Readonly<Record<MeasuredUnit, UnitSummary>>
  /** Degrees, means. */
  readonly head: MeasuredFace['head']
  /** Mean height from hairline to chin, px. */
  readonly heightPx: number
  /** In the order of their beginnings. */
  readonly events: readonly FaceEvent[]
  readonly counts: Readonly<Record<FaceEventKind, number>>
  /** Share of its frames in which each flaw mattered, 0 to 1; only those that did. */
  readonly flaws: Readonly<Partial<Record<FaceFlaw, number>>>
}

interface Sums {
  firstS: number
  lastS: number
  frames: number
  readonly units: Map<MeasuredUnit, { sum: number; peak: number; peakS: number }>
  readonly head: { yaw: number; pitch: number; roll: number }
  heightPx: number
  readonly events: FaceEvent[]
  readonly flaws: Map<FaceFlaw, number>
}

/** Sums up the measures of a source as they come; nothing of a single frame is kept. */
export class TrackSummaries {
  private readonly tracks = new Map<TrackId, Sums>()
  private moments = 0

  push(moment: FacesMoment): void {
    this.moments++
    for (const { track, measured } of moment.faces) add(this.sumsOf(track, measured.timeS), measured)
  }

  pushEvents(events: readonly FaceEvent[]): void {
    for (const event of events) this.sumsOf(event.track, event.startS).events.push(event)
  }

  /** One for each track that was seen, in the order of their numbers. */
  summaries(): TrackSummary[] {
    return [...this.tracks]
      .filter(([, { frames }]) => frames > 0)
      .map(([track, sums]) => summaryOf(track, sums, this.moments))
      .sort((one, other) => numberOf(one.track) - numberOf(other.track))
  }

  private sumsOf(track: TrackId, timeS: number): Sums {
    const known = this.tracks.get(track)
    if (known) return known
    const made: Sums = {
      firstS: timeS,
      lastS: timeS,
      frames: 0,
      units: new Map(measuredUnits.map((unit) => [unit, { sum: 0, peak: 0, peakS: timeS }])),
      head: { yaw: 0, pitch: 0, roll: 0 },
      heightPx: 0,
      events: [],
      flaws: new Map(),
    }
    this.tracks.set(track, made)
    return made
  }
}

function add(sums: Sums, { timeS, units, head, quality }: MeasuredFace): void {
  sums.frames++
  sums.lastS = timeS
  for (const [unit, sum] of sums.units) {
    sum.sum += units[unit]
    if (units[unit] <= sum.peak) continue
    sum.peak = units[unit]
    sum.peakS = timeS
  }
  sums.head.yaw += head.yaw
  sums.head.pitch += head.pitch
  sums.head.roll += head.roll
  sums.heightPx += quality.heightPx
  for (const flaw of quality.flaws) sums.flaws.set(flaw, (sums.flaws.get(flaw) ?? 0) + 1)
}

function summaryOf(track: TrackId, sums: Sums, moments: number): TrackSummary {
  const { firstS, lastS, frames, head, heightPx } = sums
  const events = [...sums.events].sort((one, other) => one.startS - other.startS)
  return {
    track,
    firstS,
    lastS,
    frames,
    present: frames / Math.max(1, moments),
    units: Object.fromEntries(
      [...sums.units].map(([unit, { sum, peak, peakS }]) => [unit, { mean: sum / frames, peak, peakS }]),
    ) as Record<MeasuredUnit, UnitSummary>,
    head: { yaw: head.yaw / frames, pitch: head.pitch / frames, roll: head.roll / frames },
    heightPx: heightPx / frames,
    events,
    counts: Object.fromEntries(
      faceEventKinds.map((kind) => [kind, events.filter((event) => event.kind === kind).length]),
    ) as Record<FaceEventKind, number>,
    flaws: Object.fromEntries(
      faceFlaws.flatMap((flaw) => {
        const count = sums.flaws.get(flaw)
        return count === undefined ? [] : [[flaw, count / frames]]
      }),
    ),
  }
}

function numberOf(track: TrackId): number {
  return Number(track.replace('face-', ''))
}
