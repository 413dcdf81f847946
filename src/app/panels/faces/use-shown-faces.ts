import { useMemo } from 'react'
import type { Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { type ShownFaces, shownFaces } from './shown-faces.ts'

/** The faces of what is shown of a source now. */
export function useShownFaces(source: Source): ShownFaces {
  const { session, view } = usePage()
  const player = useStore(view, (state) => state.player)
  const { store, facesBoard: board } = session
  return useMemo(() => shownFaces({ board, store, source, player }), [board, store, source, player])
}
