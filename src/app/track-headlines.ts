import type { Stage } from '../affect/stages.ts'
import type { TrackId } from '../affect/track.ts'
import { type Reading, type TrackReading, trackOf } from '../reading/reading.ts'
import type { SessionState, TrackHeadline } from './session/session-state.ts'
import { emotionsOf, spanOf } from './shown.ts'

type Headlines = SessionState['headlines']

/**
 * What is told of each track that is read. The same object where nothing of it is another, so that the page renders rows
 * when a verdict may change, and not with every token.
 */
export function headlinesOf(before: Headlines, reading: Reading, stages: readonly Stage[]): Headlines {
  let after = before
  for (const track of Object.keys(reading.tracks) as TrackId[]) {
    const known = before[track]
    const told = headlineOf(known, trackOf(reading, track), stages)
    if (told && told !== known) after = { ...after, [track]: told }
  }
  return after
}

/** Undefined while nothing was said or asked of it. */
function headlineOf(
  before: TrackHeadline | undefined,
  { probes, current }: TrackReading,
  stages: readonly Stage[],
): TrackHeadline | undefined {
  const probed = probes.emotion ?? []
  const said = saidIn(before?.said, current, stages)
  if (probed.length === 0 && !said) return before
  return before && isSamePoints(before.probed, probed) && before.said === said
    ? before
    : { probed, ...(said ? { said } : {}) }
}

/** What an answer names stands until the next one names something else, or ends without naming anything. */
function saidIn(before: TrackHeadline['said'], current: TrackReading['current'], stages: readonly Stage[]) {
  const stage = stages.find(({ id, reads = [id] }) => reads.includes('emotion'))
  if (!stage || !current) return before
  const { state, text = '' } = current.answers[stage.id]
  if (state !== 'streaming' && state !== 'done' && state !== 'stopped') return before
  // Where the first words have come, the tree may still be that of the answer before them.
  const isOld = current.tree.persons.some(({ emotions: [first] }) => first && first.span.to > text.length)
  if (state === 'streaming' && isOld) return before
  const emotions = emotionsOf(current.tree)
  if (emotions.length === 0 && state !== 'done') return before
  const atS = spanOf(current.frames)?.[1] ?? 0
  const isSame =
    before?.atS === atS &&
    before.emotions.length === emotions.length &&
    before.emotions.every(
      ({ person, label }, index) => person === emotions[index]?.person && label === emotions[index].label,
    )
  return isSame ? before : { emotions, atS }
}

function isSamePoints(a: TrackHeadline['probed'], b: TrackHeadline['probed']): boolean {
  return a === b || (a.length === 0 && b.length === 0)
}
