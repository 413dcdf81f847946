import { dfewEmotions } from '../affect/labels.ts'
import { topOptions } from '../affect/probes/probe-set.ts'
import { type ProbePoint, smoothed, smoothingS } from '../affect/probes/smoothing.ts'
import type { TrackId } from '../affect/track.ts'
import { emotionWord } from './emotion-hue.ts'
import type { RecordedReading, TrackHeadline } from './session/session-state.ts'
import { emotionsOf } from './shown.ts'

/** What one person appears to express, from one stated source: the headline of a reading. */
export interface Verdict {
  readonly track: TrackId
  /** Where the text tells several people of one track apart: what it calls this one. */
  readonly person?: string
  /** One of the labels of `affect/labels.ts`, as the model gives it: `happy`. */
  readonly label: string
  /** How likely, 0 to 1; undefined where the words of an answer are the source. */
  readonly share?: number
  readonly source: 'probabilities' | 'text'
  /** Of the source's own clock, s: what it was read from ends here. */
  readonly atS: number
  /** The next label, where it is likely enough to be told. */
  readonly runnerUp?: { readonly label: string; readonly share: number }
  /** All that the newest answer names, where that is not the same emotion. */
  readonly textSays?: readonly string[]
}

/** From this probability on the next label is told. */
const toldFrom = 0.1

/**
 * What is known of a track as verdicts: of the closed question where it was asked, and else of the newest answer's words,
 * one for each person that these tell apart. None where neither names an emotion.
 */
export function verdictsOf(
  track: TrackId,
  { probed, said }: Pick<TrackHeadline, 'probed' | 'said'>,
  isSmoothed: boolean,
): readonly Verdict[] {
  const newest = smoothed(probed, isSmoothed ? smoothingS : 0).at(-1)
  const named = said?.emotions ?? []
  const top = newest && topOptions(dfewEmotions, newest.probabilities)
  if (top) {
    const { first, second } = top
    const labels = [...new Set(named.map(({ label }) => label))]
    const isSame = labels.every((label) => emotionWord(label) === emotionWord(first.label))
    return [
      {
        track,
        label: first.label,
        share: first.probability,
        source: 'probabilities',
        atS: newest.timeS,
        ...(second.probability >= toldFrom ? { runnerUp: { label: second.label, share: second.probability } } : {}),
        ...(isSame ? {} : { textSays: labels }),
      },
    ]
  }
  const atS = said?.atS ?? 0
  return named.map(({ person, label }) => ({
    track,
    ...(named.length > 1 ? { person } : {}),
    label,
    source: 'text',
    atS,
  }))
}

/** The verdicts of a finished reading; none where it names no emotion. */
export function verdictsOfReading(
  { track, probes, tree, endS }: Pick<RecordedReading, 'track' | 'probes' | 'tree' | 'endS'>,
  isSmoothed = true,
): readonly Verdict[] {
  const probed: readonly ProbePoint[] = probes.filter(({ id }) => id === 'emotion')
  return verdictsOf(track, { probed, said: { emotions: emotionsOf(tree), atS: endS } }, isSmoothed)
}

/** The verdict of a finished reading, of its first person; undefined where it names no emotion. */
export function verdictOfReading(reading: RecordedReading, isSmoothed = true): Verdict | undefined {
  return verdictsOfReading(reading, isSmoothed)[0]
}
