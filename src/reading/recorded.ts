import { liveProbes } from '../affect/probes/probe-set.ts'
import type { ProbeAnswer } from './probe-history.ts'
import type { FinishedUpdate } from './reading.ts'
import type { ReadingOrigin, RecordingReading } from './recording.ts'

/**
 * A finished update as a recording holds it.
 *
 * @param number of the reading in the recording, counted from 0
 * @param thumbnails data URLs of the frames' pictures, where they are kept
 */
export function recordedReading(
  { probes, frames, figures, update: _, ...rest }: FinishedUpdate,
  origin: ReadingOrigin,
  number: number,
  thumbnails: ReadonlyMap<Blob, string> = new Map(),
): RecordingReading {
  return {
    ...rest,
    ...origin,
    update: number,
    frames: frames.map(({ timeS, thumbnail }) => {
      const url = thumbnail && thumbnails.get(thumbnail)
      return url === undefined ? { timeS } : { timeS, thumbnail: url }
    }),
    probes: probes.map(({ id, timeS, ...answer }) => ({
      id,
      timeS,
      probabilities: namedProbabilities({ id, ...answer }),
    })),
    figures,
  }
}

/** The probability of each option, by its name; options that nobody knows are numbered. */
export function namedProbabilities({
  id,
  probabilities,
}: Pick<ProbeAnswer, 'id' | 'probabilities'>): Readonly<Record<string, number>> {
  const options = liveProbes.find((probe) => probe.id === id)?.options ?? []
  return Object.fromEntries(probabilities.map((value, index) => [options[index] ?? `option ${index + 1}`, value]))
}
