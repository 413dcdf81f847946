import { useMemo } from 'react'
import type { AffectiveTree } from '../affect/tree.ts'
import type { RecordedReading, SessionState } from './session/session-state.ts'
import { coveringOf, readingsOf } from './source-readings.ts'
import { useStore } from './store.ts'
import { type Page, type Review, usePage } from './view.ts'

/** What the page tells of: the reading under way, a finished one, or a time of which nothing was read. */
export type Shown =
  | { readonly kind: 'newest' }
  | {
      readonly kind: 'earlier'
      readonly reading: RecordedReading
      readonly isOfAnotherSource: boolean
      /** Where the playhead stands within it, s; undefined where the reading itself was chosen. */
      readonly atS: number | undefined
    }
  | { readonly kind: 'unread'; readonly timeS: number }

const newest: Shown = { kind: 'newest' }

/** What a review shows of the recording. */
export function shownBy(
  review: Review | undefined,
  { recording, shownTrack, opened }: Pick<SessionState, 'recording' | 'shownTrack' | 'opened'>,
): Shown {
  switch (review?.kind) {
    case undefined:
      return newest
    case 'reading': {
      const reading = recording.find(({ update }) => update === review.update)
      return reading
        ? { kind: 'earlier', reading, isOfAnotherSource: reading.opened !== opened, atS: undefined }
        : newest
    }
    case 'playhead': {
      const { timeS } = review
      const covering = coveringOf(readingsOf(recording, opened)).filter(
        ({ fromS, toS }) => fromS <= timeS && timeS < toS,
      )
      const { reading } = covering.findLast((each) => each.reading.track === shownTrack) ?? covering.at(-1) ?? {}
      return reading ? { kind: 'earlier', reading, isOfAnotherSource: false, atS: timeS } : { kind: 'unread', timeS }
    }
  }
}

/** What the page tells of now. */
export function useShown(): Shown {
  const page = usePage()
  const review = useStore(page.view, (view) => view.review)
  const recording = useStore(page.session.store, (state) => state.recording)
  const shownTrack = useStore(page.session.store, (state) => state.shownTrack)
  const opened = useStore(page.session.store, (state) => state.opened)
  return useMemo(() => shownBy(review, { recording, shownTrack, opened }), [review, recording, shownTrack, opened])
}

/** The finished reading that the person looks at; undefined while the newest one is shown. */
export function useRecorded(): RecordedReading | undefined {
  const shown = useShown()
  return shown.kind === 'earlier' ? shown.reading : undefined
}

/** Shows a finished reading, or the newest again. */
export function showReading(page: Page, update: number | undefined): void {
  page.view.update({ review: update === undefined ? undefined : { kind: 'reading', update }, pointed: undefined })
}

/** Shows what was read of this time of the source on show, s. */
export function reviewAt(page: Page, timeS: number): void {
  page.view.update({ review: { kind: 'playhead', timeS }, pointed: undefined })
}

/** The emotions that a tree names, first person first. */
export function emotionsOf(tree: AffectiveTree): readonly { readonly person: string; readonly label: string }[] {
  return tree.persons.flatMap(({ name, emotions: [first] }) => (first ? [{ person: name, label: first.label }] : []))
}

/** Times of the first and the last frame, in seconds; undefined without frames. */
export function spanOf(frames: readonly { readonly timeS: number }[]): readonly [number, number] | undefined {
  const times = frames.map(({ timeS }) => timeS)
  return times.length === 0 ? undefined : [Math.min(...times), Math.max(...times)]
}
