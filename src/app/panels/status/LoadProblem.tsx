import { useState } from 'react'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { Message } from '../../controls/Message.tsx'
import { placedName } from '../../model-kind.ts'
import { isolatedName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { RetryButton } from '../model/RetryButton.tsx'
import { SmallModelButton } from '../model/SmallModelButton.tsx'
import { words as model } from '../model/words.ts'
import styles from './LoadProblem.module.css'
import { OpenModel } from './NoticeActions.tsx'
import { words } from './words.ts'

/**
 * That a model was not loaded, with what to do: an error, so it lies above the page until it is answered or closed, and
 * moves nothing. While the model's drawer is open, that tells it.
 */
export function LoadProblem() {
  const { session, view } = usePage()
  const load = useStore(session.store, (state) => state.load)
  const bundle = useStore(session.store, (state) => state.bundle)
  const isPanelOpen = useStore(view, ({ panel }) => panel === 'model')
  const [closed, setClosed] = useState<unknown>()
  if (load.state !== 'failed' || isPanelOpen || closed === load.error) return null
  const { source, error } = load
  return (
    <div className={styles.card}>
      <Message tone="danger" title={model.failed.title(placedName(source))} error={error}>
        {bundle && <p>{model.failed.stays(isolatedName(bundle.name))}</p>}
        <div className={styles.actions}>
          <RetryButton source={source} />
          <SmallModelButton insteadOf={source.type === 'url' ? source.url : undefined} />
          <OpenModel onDone={() => undefined}>{model.get}</OpenModel>
        </div>
      </Message>
      <Button kind="quiet" isSquare className={styles.close} aria-label={words.close} onClick={() => setClosed(error)}>
        <Icon name="close" />
      </Button>
    </div>
  )
}
