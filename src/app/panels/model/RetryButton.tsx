import type { BundleSource } from '../../../readers/worker/protocol.ts'
import { Button } from '../../controls/Button.tsx'
import type { SessionState } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { words } from './words.ts'

/** Loads again what was not loaded: resumes it where part of it is stored. */
export function RetryButton({ source }: { readonly source: BundleSource }) {
  const { session } = usePage()
  const isPartial = useStore(session.store, (state) => isPartlyStored(state, source))
  return (
    <Button kind="primary" onClick={() => void session.actions.retryLoad()}>
      {isPartial ? words.resume : words.tryAgain}
    </Button>
  )
}

/** Whether an interrupted download of this bundle is stored, and goes on from there. */
export function isPartlyStored({ stored }: Pick<SessionState, 'stored'>, source: BundleSource): boolean {
  if (stored?.state !== 'known' || source.type !== 'url') return false
  return stored.bundles.some(({ url, state, storedBytes }) => {
    return url === source.url && state === 'partial' && storedBytes > 0
  })
}
