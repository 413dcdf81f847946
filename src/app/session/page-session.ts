import type { StageId } from '../../affect/stages.ts'
import type { Store } from '../store.ts'
import type { TokenFlow } from '../token-flow.ts'
import type { SessionActions, SessionState } from './session-state.ts'

/** All that the page knows of a session: what it is, how its text streams, and what can be done. */
export interface PageSession {
  readonly store: Store<SessionState>
  readonly flows: Readonly<Record<StageId, TokenFlow>>
  readonly actions: SessionActions
  /** Whether the drawn face is shown as soon as the model is there, for nothing was chosen. */
  readonly willStartByItself: boolean
}
