import type { FacesMoment } from '../../../affect/measures.ts'
import type { FacesBoard } from '../../session/faces-state.ts'
import type { SessionState, Source } from '../../session/session-state.ts'
import type { Store } from '../../store.ts'
import { fileSpan, laneS, liveSpan, type Span } from './lane-scaling.ts'
import { shownTimeOf } from './shown-time.ts'

/** The faces of the frame that a person sees now. */
export interface ShownFaces {
  /** Of the frame that is shown, s on the source's own clock; undefined before there is one. */
  timeS(): number | undefined
  moment(): FacesMoment | undefined
  /** What lanes show of time; undefined before there is a frame. */
  span(): Span | undefined
  /** Calls back when another frame is shown or more is measured; returns how to stop that. */
  listen(onChange: () => void): () => void
}

interface Parts {
  readonly board: FacesBoard
  readonly store: Store<SessionState>
  readonly source: Source
  /** The element that plays the source, where one does. */
  readonly player: HTMLVideoElement | undefined
}

export function shownFaces(parts: Parts): ShownFaces {
  return parts.source.kind === 'file' ? ofFile(parts) : ofLive(parts.board)
}

function ofLive(board: FacesBoard): ShownFaces {
  const timeS = () => board.latest()?.timeS
  return {
    timeS,
    moment: () => board.latest(),
    span: () => spanOr(timeS(), liveSpan),
    listen: (onChange) => board.listen(onChange),
  }
}

/** In step with the player; without one, with the newest frame that was read, which is what stands in its place. */
function ofFile({ board, store, player }: Parts): ShownFaces {
  const time = player && shownTimeOf(player)
  const timeS = () => (time ? time.get() : (store.get().frames.at(-1)?.timeS ?? 0))
  const clipS = () =>
    store.get().clip?.durationS ?? (player && Number.isFinite(player.duration) ? player.duration : laneS)
  return {
    timeS,
    moment: () => board.at(timeS()),
    span: () => fileSpan(timeS(), clipS()),
    listen: (onChange) => {
      const stops = [board.listen(onChange), time ? time.listen(onChange) : store.subscribe(onChange)]
      return () => {
        for (const stop of stops) stop()
      }
    },
  }
}

function spanOr(timeS: number | undefined, spanOf: (timeS: number) => Span): Span | undefined {
  return timeS === undefined ? undefined : spanOf(timeS)
}
