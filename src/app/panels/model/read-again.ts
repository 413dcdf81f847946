import type { SessionState } from '../../session/session-state.ts'

/** Whether the reading starts again when another model is loaded: whether there is one, of a source that still gives frames. */
export function isReadAgain({ source, run }: Pick<SessionState, 'source' | 'run'>): boolean {
  return source !== undefined && source.kind !== 'stopped' && run.state !== 'idle'
}
