import type { RecordedReading } from './session/session-state.ts'

/** A live source's clock that goes back by more than this began anew, s; windows of several faces in turn overlap by less. */
const anewS = 10

/**
 * The finished readings of one opened source, in the order in which they were finished. The clock of a live source
 * begins anew when its reading does: of those only the readings on the newest clock have a place on its axis.
 */
export function readingsOf(recording: readonly RecordedReading[], opened: number): readonly RecordedReading[] {
  const own = recording.filter((reading) => reading.opened === opened)
  if (own.at(-1)?.source.kind === 'file') return own
  let beginsAt = 0
  let newestS = 0
  const starts = new Map<string, number>()
  for (const [index, { track, startS, endS }] of own.entries()) {
    if (startS < (starts.get(track) ?? 0) || endS < newestS - anewS) {
      beginsAt = index
      newestS = 0
      starts.clear()
    }
    starts.set(track, startS)
    newestS = Math.max(newestS, endS)
  }
  return own.slice(beginsAt)
}

/** A finished reading, and the time of its source at which it is the one on show, s. */
export interface Covering {
  readonly reading: RecordedReading
  readonly fromS: number
  readonly toS: number
}

/** At a file's end less than so many intervals are left unread: frames are read in pairs, of whole intervals. */
const unreadFrames = 2

/**
 * Which time each reading stands for, in the order in which they were finished; where two cover a time the later one
 * counts. A window stands for what it adds to the window before it, as it did while it was newest: its answer ends with
 * its last frames. The first one, of a source or after a new start, stands for all of it. A frame stands for half an
 * interval before and after its own time, the last of a file to the file's end as well.
 */
export function coveringOf(readings: readonly RecordedReading[]): readonly Covering[] {
  const before = new Map<string, RecordedReading>()
  const lastS = readings.reduce((latest, { endS }) => Math.max(latest, endS), 0)
  return readings.map((reading) => {
    const { track, startS, endS, settings } = reading
    const halfS = 0.5 / settings.framesPerSecond
    const last = before.get(track)
    before.set(track, reading)
    const isNext = last && last.startS <= startS && startS <= last.endS && last.endS < endS
    return {
      reading,
      fromS: isNext ? last.endS + halfS : Math.max(0, startS - halfS),
      toS:
        endS + halfS + (endS === lastS && reading.source.kind === 'file' ? unreadFrames / settings.framesPerSecond : 0),
    }
  })
}
