import { isActive } from '../../run-text.ts'
import { isLive, type SessionState } from '../../session/session-state.ts'

/**
 * Whether the reading starts again when another model is loaded: of a live source it does; a file that was read to its end
 * is read again when the person asks for it.
 */
export function isReadAgain({ source, run }: Pick<SessionState, 'source' | 'run'>): boolean {
  return isLive(source) || (source?.kind === 'file' && isActive(run))
}
