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

/** The time of its source that a reading is about, s: its last frame stands until the next one would be taken. */
export function coveredBy({ startS, endS, settings }: Pick<RecordedReading, 'startS' | 'endS' | 'settings'>): {
  readonly fromS: number
  readonly toS: number
} {
  return { fromS: startS, toS: endS + 1 / settings.framesPerSecond }
}
