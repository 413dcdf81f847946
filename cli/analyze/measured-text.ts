import { type PlainClaim, verdicts } from '../../src/affect/claims.ts'
import type { MeasuredSummary } from '../../src/affect/measured-summary.ts'
import { type FaceEventKind, faceFlaws, type MeasuredUnit, measuredUnits } from '../../src/affect/measures.ts'
import type { TrackId } from '../../src/affect/track.ts'
import type { View } from '../../src/affect/view.ts'
import { formatSpan, formatTime } from '../../src/app/format.ts'

/** Units that a line names, and the peak below which one is not worth it. */
const mostUnits = 6
const leastPeak = 0.3
/** Share of the measures from which on a flaw is told. */
const leastFlaw = 0.5

/** What a summary of a window and one of a whole track have in common. */
type Told = Pick<MeasuredSummary, 'units' | 'head' | 'flaws' | 'events'>

/** `face-1` as `face 1`; the whole picture has no name. */
export function trackText(track: TrackId): string | undefined {
  return track === 'picture' ? undefined : track.replace('-', ' ')
}

/** Claims by verdict, each thing once: `seen AU12 (0.92), AU25 (0.80); not seen AU1; cannot tell AU6 (poor)`. */
export function claimsText(claims: readonly PlainClaim[], view: View): string {
  const parts = verdicts.flatMap((verdict) => {
    const said = new Set(claims.flatMap((claim) => (claim.verdict === verdict ? claimText(claim) : [])))
    return said.size === 0 ? [] : [`${words(verdict)} ${[...said].join(', ')}`]
  })
  if (parts.length === 0) return ''
  const source = view === 'twin' ? ' (both come from the same measures)' : ''
  return `${parts.join('; ')}${source}`
}

/** Nothing for what no measure could tell anything of. */
function claimText(claim: PlainClaim): readonly string[] {
  if (claim.what === undefined) return []
  const what = words(claim.what)
  switch (claim.verdict) {
    case 'seen':
      return [`${what} (${claim.strength.toFixed(2)})`]
    case 'not-seen':
      return [what]
    case 'cannot-tell':
      return [`${what} (${words(claim.reason)})`]
  }
}

/** What was measured of a face, for a person to read: lines of text, each set in. */
export function measuredLines({ units, head, flaws, events }: Told): readonly string[] {
  const strongest = [...measuredUnits]
    .filter((unit) => units[unit].peak >= leastPeak)
    .sort((a, b) => units[b].peak - units[a].peak)
    .slice(0, mostUnits)
  const moved = strongest.map((unit) => unitText(unit, units[unit])).join(', ')
  const doubts = faceFlaws.filter((flaw) => (flaws[flaw] ?? 0) >= leastFlaw).map(words)
  return [
    `  Measured: ${moved || 'a face at rest'}`,
    ...(events.length === 0 ? [] : [`  Movements: ${eventsText(events)}`]),
    `  Head on average: yaw ${degrees(head.yaw)}, pitch ${degrees(head.pitch)}, roll ${degrees(head.roll)}`,
    ...(doubts.length === 0 ? [] : [`  Hard to measure: ${doubts.join(', ')}`]),
  ]
}

function unitText(unit: MeasuredUnit, { peak, mean }: MeasuredSummary['units'][MeasuredUnit]): string {
  return `${unit} up to ${peak.toFixed(2)} (mean ${mean.toFixed(2)})`
}

/** Each kind once: how often, and the times of the first ones. */
function eventsText(events: MeasuredSummary['events']): string {
  const kinds = new Map<FaceEventKind, MeasuredSummary['events'][number][]>()
  for (const event of events) kinds.set(event.kind, [...(kinds.get(event.kind) ?? []), event])
  return [...kinds]
    .map(([kind, all]) => {
      const [first] = all
      const when = formatSpan(first.startS, first.endS)
      return all.length === 1
        ? `${words(kind)} ${when}`
        : `${words(kind)} ${all.length} times from ${formatTime(first.startS)} on`
    })
    .join(', ')
}

function degrees(value: number): string {
  return `${Math.round(value) || 0}°`.replace('-', '−')
}

/** `turned-away` as `turned away` */
function words(name: string): string {
  return name.replaceAll('-', ' ')
}
