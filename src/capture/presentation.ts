import type { Edit } from './iso-file.ts'

/** A part of a track as players show it: from `fromS` until `toS` on the track's clock, beginning at `atS` on the file's. */
export interface PresentedPart {
  readonly fromS: number
  readonly toS: number
  readonly atS: number
}

/** Less than a tick of any clock. */
const tickS = 1e-5
/** Edit lists tell durations in ticks of the movie's clock, most often of a millisecond. */
const movieTickS = 1e-3

/**
 * The parts of a track that are presented.
 *
 * @param edits the track's own list; its track's clock is mediabunny's, which begins where the first part does
 */
export function presentedParts(edits: readonly Edit[]): PresentedPart[] {
  const first = edits.findIndex(({ mediaS }) => mediaS !== undefined)
  const { mediaS: firstMediaS } = edits[first] ?? {}
  // What comes before 0 primes a decoder, and is not shown.
  if (firstMediaS === undefined) return [{ fromS: 0, toS: Number.POSITIVE_INFINITY, atS: 0 }]
  const delayS = edits.slice(0, first).reduce((sum, { durationS }) => sum + durationS, 0)
  const parts: PresentedPart[] = []
  let atS = 0
  for (const [index, { durationS, mediaS }] of edits.entries()) {
    if (mediaS !== undefined) {
      const fromS = mediaS - firstMediaS + delayS
      const isWhole = durationS === 0 && index === edits.length - 1
      const toS = isWhole ? Number.POSITIVE_INFINITY : fromS + durationS
      if (toS > fromS) parts.push({ fromS, toS, atS })
    }
    atS += durationS
  }
  return parts
}

/** Where on the file's clock a picture of this time is shown; undefined where this part does not show it. */
export function presentedAt({ fromS, toS, atS }: PresentedPart, timeS: number): number | undefined {
  if (timeS < fromS - tickS || timeS >= toS - movieTickS) return undefined
  return atS + Math.max(0, timeS - fromS)
}
