import { type TrackId, wholePicture } from '../../../affect/track.ts'
import type { RecordedReading } from '../../session/session-state.ts'
import { coveringOf, readingsOf } from '../../source-readings.ts'
import { verdictOfReading } from '../../verdict.ts'

/** A stretch of time with one verdict. */
export interface Run {
  readonly fromS: number
  readonly toS: number
  /** As in `Verdict`; undefined where the answer names no emotion. */
  readonly label: string | undefined
}

/** What is shown of one person over time. What no run covers was not read. */
export interface Lane {
  readonly track: TrackId
  /** In the order of time; none overlaps another. */
  readonly runs: readonly Run[]
  /** Where each reading begins to be the one on show, s: the places that a person jumps between. */
  readonly startsS: readonly number[]
}

/** Times closer than this are one, s. */
const sameS = 1e-3

/** One lane a person, of the readings of one opened source, in the order of their numbers; the whole picture first. */
export function lanesOf(recording: readonly RecordedReading[], opened: number): readonly Lane[] {
  const painted = new Map<TrackId, Run[]>()
  for (const { reading, fromS, toS } of coveringOf(readingsOf(recording, opened))) {
    const runs = painted.get(reading.track) ?? []
    paint(runs, { fromS, toS, label: verdictOfReading(reading)?.label })
    painted.set(reading.track, runs)
  }
  return [...painted]
    .sort(([a], [b]) => numberOf(a) - numberOf(b))
    .map(([track, runs]) => ({ track, runs: merged(runs), startsS: runs.map(({ fromS }) => fromS) }))
}

/** What lies at a time; undefined where nothing was read. */
export function runAt(lane: Lane | undefined, timeS: number): Run | undefined {
  return lane?.runs.find(({ fromS, toS }) => fromS <= timeS && timeS < toS)
}

/** Where the reading before or after a time begins; undefined where there is none. */
export function nextStart({ startsS }: Lane, timeS: number, direction: -1 | 1): number | undefined {
  return direction > 0
    ? startsS.find((startS) => startS > timeS + sameS)
    : startsS.findLast((startS) => startS < timeS - sameS)
}

/** Lays a run over those before it: what was read again counts. */
function paint(runs: Run[], next: Run): void {
  let first = runs.length
  while (first > 0 && runs[first - 1].toS > next.fromS) first--
  const covered = runs.splice(first)
  const isLong = ({ fromS, toS }: Run) => toS - fromS > sameS
  runs.push(
    ...covered.map((run) => ({ ...run, toS: Math.min(run.toS, next.fromS) })).filter(isLong),
    next,
    ...covered.map((run) => ({ ...run, fromS: Math.max(run.fromS, next.toS) })).filter(isLong),
  )
}

/** Neighbors of the same verdict are one run. */
function merged(runs: readonly Run[]): readonly Run[] {
  const all: Run[] = []
  for (const run of runs) {
    const last = all.at(-1)
    if (last && last.label === run.label && run.fromS - last.toS < sameS)
      all[all.length - 1] = { ...last, toS: run.toS }
    else all.push(run)
  }
  return all
}

function numberOf(track: TrackId): number {
  return track === wholePicture ? 0 : Number(track.slice('face-'.length))
}
