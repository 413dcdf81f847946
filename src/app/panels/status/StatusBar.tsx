import { useEffect } from 'react'
import type { CheckReport } from '../../../readers/worker/protocol.ts'
import { Button } from '../../controls/Button.tsx'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import { isLoading, loadText } from '../../run-text.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { LoadProblem } from './LoadProblem.tsx'
import { NoticeChip } from './NoticeChip.tsx'
import styles from './StatusBar.module.css'
import { checkText, deviceText, hostText, modelText } from './status-text.ts'
import { words } from './words.ts'

export const checkIcons: Readonly<Record<CheckReport['verdict'], IconName>> = {
  exact: 'check',
  close: 'waves',
  wrong: 'wrong',
  unchecked: 'idle',
}

/** One line: the model, where it computes and whether that was checked; and the notices. */
export function StatusBar() {
  const { session } = usePage()
  const { store, actions } = session
  const isBusy = useStore(store, ({ load }) => isLoading(load))
  useOfferInSight()
  return (
    <div className={styles.line}>
      <nav className={styles.items} aria-label={words.panels}>
        <ModelItem />
        {isBusy && (
          <Button
            kind="quiet"
            className={styles.small}
            aria-label={words.cancelLoad}
            onClick={() => actions.cancelLoad()}
          >
            {words.cancel}
          </Button>
        )}
      </nav>
      <NoticeChip />
      <LoadProblem />
    </div>
  )
}

/** `small model · processor · checked ✓`, or how far a model is loaded; opens the model's drawer. */
function ModelItem() {
  const { session, view } = usePage()
  const { store } = session
  const host = useStore(store, hostText)
  const model = useStore(store, modelText)
  const device = useStore(store, deviceText)
  const check = useStore(store, checkText)
  const verdict = useStore(store, (state) => state.check?.verdict)
  const share = useStore(store, ({ load }) => (isLoading(load) ? loadText(load).share : undefined))
  const isBusy = useStore(store, ({ load }) => isLoading(load) && load.state !== 'offered')
  const isFailed = useStore(store, ({ load }) => load.state === 'failed')
  return (
    <button
      type="button"
      className={styles.item}
      data-tone={verdict === 'wrong' || (isFailed && device === undefined) ? 'danger' : undefined}
      aria-haspopup="dialog"
      onClick={() => view.update({ panel: 'model', isAddressWanted: false })}
    >
      <Icon name="model" />
      {host && <span className={styles.host}>{host}</span>}
      <span className={styles.text}>
        {[model, ...(isBusy ? [] : [device, check])].filter((part) => part !== undefined).join(' · ')}
      </span>
      {!isBusy && check && verdict && <Icon name={checkIcons[verdict]} />}
      {isBusy && (
        <span className={styles.bar} aria-hidden="true">
          <span style={{ inlineSize: `${(share ?? 0) * 100}%` }} />
        </span>
      )}
    </button>
  )
}

/** What is offered is asked in the model's drawer, which opens for it, unless a person is looking at something else. */
function useOfferInSight(): void {
  const { session, view } = usePage()
  const isOffered = useStore(session.store, ({ load }) => load.state === 'offered')
  useEffect(() => {
    const { panel, question } = view.get()
    if (isOffered && panel === undefined && question === undefined) view.update({ panel: 'model' })
  }, [isOffered, view])
}
