import { useMemo } from 'react'
import { type Headline, headlineOf } from './headline.ts'
import { useShown } from './shown.ts'
import { viewOf } from './shown-view.ts'
import { useStore } from './store.ts'
import { usePage } from './view.ts'

/** What the page says first; renders again when something of it may be another, and not with every token. */
export function useHeadline(): Headline {
  const { store } = usePage().session
  const shown = useShown()
  const source = useStore(store, (state) => state.source)
  const bundle = useStore(store, (state) => state.bundle)
  const load = useStore(store, (state) => state.load)
  const run = useStore(store, (state) => state.run)
  const headlines = useStore(store, (state) => state.headlines)
  const faces = useStore(store, (state) => state.faces)
  const settings = useStore(store, (state) => state.settings)
  const shownTrack = useStore(store, (state) => state.shownTrack)
  const recording = useStore(store, (state) => state.recording)
  const opened = useStore(store, (state) => state.opened)
  const view = useStore(store, viewOf)
  return useMemo(
    () =>
      headlineOf({ source, bundle, load, run, headlines, faces, settings, shownTrack, recording, opened, view }, shown),
    [source, bundle, load, run, headlines, faces, settings, shownTrack, recording, opened, view, shown],
  )
}
