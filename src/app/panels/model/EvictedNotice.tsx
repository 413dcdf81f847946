import { Button } from '../../controls/Button.tsx'
import { Message } from '../../controls/Message.tsx'
import { formatBytes } from '../../format.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from '../status/Notices.module.css'

/** Tells that the browser has removed stored models since the last visit. */
export function EvictedNotice() {
  const { session, view } = usePage()
  const evicted = useStore(session.store, (state) => state.evicted)
  if (evicted.length === 0) return null
  const names = evicted.map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`).join(', ')
  return (
    <Message tone="warn" title="A stored model is gone">
      <p>
        The browser removed {names} to free space, or its data was cleared. It has to be downloaded again; under Storage
        you can ask the browser to keep models.
      </p>
      <div className={styles.actions}>
        <Button onClick={() => view.update({ panel: 'storage', isAddressWanted: false })}>Storage</Button>
        <Button onClick={() => session.actions.dismissEvicted()}>Dismiss</Button>
      </div>
    </Message>
  )
}
