import type { StageId } from '../affect/stages.ts'
import type { ReadingEvent, UpdateFigures } from '../reading/events.ts'

/** What one update said, for tests. */
export interface Transcript {
  readonly update: number
  readonly ids: Partial<Record<StageId, readonly number[]>>
  readonly texts: Partial<Record<StageId, string>>
  readonly reused: readonly StageId[]
  readonly figures?: UpdateFigures
}

/** One more event's part in the transcripts. */
export function transcribed(transcripts: readonly Transcript[], event: ReadingEvent): readonly Transcript[] {
  const last = transcripts.at(-1)
  const changed = (change: (transcript: Transcript) => Transcript) =>
    last ? [...transcripts.slice(0, -1), change(last)] : transcripts
  switch (event.type) {
    case 'update':
      return [...transcripts, { update: event.update, ids: {}, texts: {}, reused: [] }]
    case 'reused':
      return changed(({ reused, ...rest }) => ({ ...rest, reused: [...reused, event.id] }))
    case 'token':
      return changed(({ ids, ...rest }) => ({
        ...rest,
        ids: { ...ids, [event.id]: [...(ids[event.id] ?? []), event.tokenId] },
      }))
    case 'answer':
      return changed(({ texts, ...rest }) => ({ ...rest, texts: { ...texts, [event.id]: event.text } }))
    case 'updated':
      return changed((transcript) => ({ ...transcript, figures: event.figures }))
    default:
      return transcripts
  }
}
