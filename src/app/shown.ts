import { useMemo } from 'react'
import type { AffectiveTree } from '../affect/tree.ts'
import type { RecordedReading, SessionState } from './session/session-state.ts'
import { useStore } from './store.ts'
import { type Page, usePage } from './view.ts'

/** The finished reading that the person looks at; undefined while the newest one is shown. */
export function useRecorded(): RecordedReading | undefined {
  const page = usePage()
  const update = useStore(page.view, (view) => view.shownUpdate)
  const recording = useStore(page.session.store, (state) => state.recording)
  return useMemo(() => recording.find((reading) => reading.update === update), [recording, update])
}

/** Shows a finished reading, or the newest again. */
export function showReading(page: Page, update: number | undefined): void {
  page.view.update({ shownUpdate: update, pointed: undefined })
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

/**
 * The tree in which an emotion of who is read was last named, and what it was read from: it stands until another one is
 * read.
 */
export function latestNamed({
  current,
  recording,
  shownTrack,
}: Pick<SessionState, 'current' | 'recording' | 'shownTrack'>): NamedReading | undefined {
  if (current && emotionsOf(current.tree).length > 0) return { tree: current.tree, span: spanOf(current.frames) }
  const last = recording.findLast(({ track }) => track === shownTrack)
  if (last && emotionsOf(last.tree).length > 0) return { tree: last.tree, span: [last.startS, last.endS] }
  return undefined
}

export interface NamedReading {
  readonly tree: AffectiveTree
  readonly span: readonly [number, number] | undefined
}
