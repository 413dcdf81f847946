import { Button } from '../../controls/Button.tsx'
import type { SessionState } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { words } from './words.ts'

/** Loads the model that comes with the page in place of one that failed or is not wanted. */
export function SmallModelButton({ insteadOf }: { readonly insteadOf?: string | undefined }) {
  const { session } = usePage()
  const smallBundle = useStore(session.store, (state) => state.smallBundle)
  const usedUrl = useStore(session.store, usedUrlOf)
  if (insteadOf === smallBundle || usedUrl === smallBundle) return null
  return <Button onClick={() => void session.actions.loadSmallBundle()}>{words.small}</Button>
}

function usedUrlOf({ bundle }: SessionState): string | undefined {
  return bundle && 'url' in bundle.source ? bundle.source.url : undefined
}
