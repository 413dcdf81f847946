import type { TrackId } from '../affect/track.ts'
import type { RecordedReading } from './session/session-state.ts'
import { emotionsOf } from './shown.ts'

/** What one person appears to express, from one stated source: the headline of a reading. */
export interface Verdict {
  readonly track: TrackId
  /** One of the labels of `affect/labels.ts`, as the model gives it: `happy`. */
  readonly label: string
  /** How likely, 0 to 1; undefined where the words of an answer are the source. */
  readonly share?: number
  readonly source: 'probabilities' | 'text'
  /** Of the source's own clock, s: what it was read from ends here. */
  readonly atS: number
  /** The next label, where it is likely enough to be told. */
  readonly runnerUp?: { readonly label: string; readonly share: number }
  /** What the newest answer says in words, where that is another emotion. */
  readonly textSays?: string
}

/** The verdict of a finished reading; undefined where it names no emotion. */
export function verdictOfReading(reading: RecordedReading): Verdict | undefined {
  const [first] = emotionsOf(reading.tree)
  return first && { track: reading.track, label: first.label, source: 'text', atS: reading.endS }
}
