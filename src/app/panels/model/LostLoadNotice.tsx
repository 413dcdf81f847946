import { Button } from '../../controls/Button.tsx'
import { Message } from '../../controls/Message.tsx'
import type { LostLoad } from '../../session/session-state.ts'
import { usePage } from '../../view.ts'
import styles from '../status/Notices.module.css'
import { SmallModelButton } from './SmallModelButton.tsx'

const phases: Readonly<Record<LostLoad['phase'], string>> = {
  asking: 'while the model’s manifest was read',
  downloading: 'while the model’s files were fetched or checked',
  checking: 'while the device was checked',
  starting: 'while the model was put on the device',
}

/** Tells why the page has not loaded the model by itself: the last visit ended while that was loading. */
export function LostLoadNotice({ lost, openModel }: { readonly lost: LostLoad; readonly openModel: () => void }) {
  const { session } = usePage()
  const { name, url, phase, at } = lost
  const when = new Date(at).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' })
  return (
    <Message tone="warn" title={`The last start ended while ${name} was being loaded`}>
      <p>
        The page stopped {phases[phase]} ({when}); perhaps it ran out of memory. So that this does not happen again and
        again, {name} is not loaded by itself.
      </p>
      <p>Close other pages and programs and try again, or use a smaller model.</p>
      <div className={styles.actions}>
        {url === undefined ? (
          <Button onClick={openModel}>Choose the folder again</Button>
        ) : (
          <Button onClick={() => void session.actions.loadBundle({ type: 'url', url })}>Try again</Button>
        )}
        <SmallModelButton insteadOf={url} />
        {url !== undefined && <Button onClick={openModel}>Load another bundle</Button>}
        <Button onClick={() => session.actions.dismissLostLoad()}>Dismiss</Button>
      </div>
    </Message>
  )
}
