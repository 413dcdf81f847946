import * as v from 'valibot'
import { doubts } from '../affect/claims.ts'
import { measurables } from '../affect/measurables.ts'
import { faceEventKinds, faceFlaws, type MeasuredUnit, measuredUnits } from '../affect/measures.ts'

const finite = v.pipe(v.number(), v.finite())
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const level = v.pipe(finite, v.minValue(0), v.maxValue(1))

const claimEntries = {
  /** The expression in the tree, by person and place in their list. */
  of: v.object({ person: count, index: count }),
  /** What it was held against; absent where nothing measures it. */
  what: v.exactOptional(v.picklist(measurables)),
  phase: v.exactOptional(v.picklist(['beginning', 'middle', 'end'])),
  /** The highest level of each equal part of the reading's span; null where nobody was measured. */
  curve: v.exactOptional(v.object({ startS: finite, endS: finite, levels: v.array(v.nullable(level)) })),
}
const sighting = { strength: level, startS: finite, endS: finite }

/** What measured movement says of one expression: a `Claim` in a recording. */
export const claim = v.variant('verdict', [
  v.object({ ...claimEntries, verdict: v.literal('seen'), ...sighting }),
  v.object({
    ...claimEntries,
    verdict: v.literal('not-seen'),
    strength: level,
    elsewhere: v.exactOptional(v.object(sighting)),
  }),
  v.object({ ...claimEntries, verdict: v.literal('cannot-tell'), reason: v.picklist(doubts) }),
])

function entriesOf<Schema extends v.GenericSchema>(schema: Schema): Record<MeasuredUnit, Schema> {
  return Object.fromEntries(measuredUnits.map((unit) => [unit, schema])) as Record<MeasuredUnit, Schema>
}

/** What the followed face did during a reading: a `MeasuredSummary` in a recording. */
export const measured = v.object({
  faces: count,
  units: v.object(entriesOf(v.object({ mean: level, peak: level }))),
  /** Degrees, on average. */
  head: v.object({ yaw: finite, pitch: finite, roll: finite }),
  flaws: v.partial(v.object(v.entriesFromList(faceFlaws, level))),
  events: v.array(v.object({ kind: v.picklist(faceEventKinds), startS: finite, endS: finite, strength: level })),
})
