import type { StageId } from '../../affect/stages.ts'
import type { Store } from '../store.ts'
import type { TokenFlow } from '../token-flow.ts'
import type { FacesBoard } from './faces-state.ts'
import type { SessionActions, SessionState } from './session-state.ts'

/** What components see of a session: its state, the text that streams, and the actions. */
export interface PageSession {
  readonly store: Store<SessionState>
  readonly flows: Readonly<Record<StageId, TokenFlow>>
  readonly actions: SessionActions
  /** What is measured of followed faces. */
  readonly facesBoard: FacesBoard
}
