import { appUpdate } from '../../app-update.ts'
import { Button } from '../../controls/Button.tsx'
import { Message } from '../../controls/Message.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './Notices.module.css'

/** Tells that there is a newer version of the app; it is used only when a person says so. */
export function UpdateNotice() {
  const { session } = usePage()
  const isReady = useStore(appUpdate.store, (state) => state.isReady)
  const readings = useStore(session.store, ({ recording }) => recording.length)
  return (
    <div className={styles.live} aria-live="polite">
      {isReady && (
        <Message tone="info" title="A new version is ready">
          <p>
            {readings === 0
              ? 'Reload the page to use it.'
              : `Reloading forgets the ${readings === 1 ? 'reading' : `${readings} readings`} of this page: download them first.`}
          </p>
          <div className={styles.actions}>
            {readings > 0 && (
              <Button onClick={() => void session.actions.downloadRecording()}>Download the readings</Button>
            )}
            <Button onClick={() => appUpdate.take()}>Reload</Button>
          </div>
        </Message>
      )}
    </div>
  )
}
