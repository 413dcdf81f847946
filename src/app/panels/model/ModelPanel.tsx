import { useEffect, useRef, useState } from 'react'
import type { LoadedBundle } from '../../../readers/worker/protocol.ts'
import { Button } from '../../controls/Button.tsx'
import { Message } from '../../controls/Message.tsx'
import { placedName } from '../../model-kind.ts'
import { isLoading } from '../../run-text.ts'
import { isolatedName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import panels from '../drawers/Panels.module.css'
import { LoadProgress } from './LoadProgress.tsx'
import { ModelFacts } from './ModelFacts.tsx'
import { GetVidEmo } from './ModelSteps.tsx'
import { OwnBundle } from './OwnBundle.tsx'
import { RetryButton } from './RetryButton.tsx'
import { isReadAgain } from './read-again.ts'
import { SmallModelButton } from './SmallModelButton.tsx'
import { StoredChoices, useStoredModels } from './StoredModels.tsx'
import { words } from './words.ts'

/** Which model is in use, and the way to another one: what is under way, what is stored, then the steps to VidEmo-3B. */
export function ModelPanel() {
  const { session } = usePage()
  const load = useStore(session.store, (state) => state.load)
  const bundle = useStore(session.store, (state) => state.bundle)
  const stored = useStoredModels()
  const loaded = useJustLoaded()
  return (
    <>
      {isLoading(load) && <LoadProgress load={load} />}
      {load.state === 'failed' && (
        <Message tone="danger" title={words.failed.title(placedName(load.source))} error={load.error}>
          {bundle && <p>{words.failed.stays(isolatedName(bundle.name))}</p>}
          <div className={panels.actions}>
            <RetryButton source={load.source} />
            <SmallModelButton insteadOf={load.source.type === 'url' ? load.source.url : undefined} />
          </div>
        </Message>
      )}
      {loaded && <Ready bundle={loaded} />}
      <StoredChoices stored={stored} />
      {!isLoading(load) && <GetVidEmo />}
      <OwnBundle />
      {bundle && <ModelFacts bundle={bundle} stored={stored} />}
    </>
  )
}

/** The model whose load has ended while this panel was open. */
function useJustLoaded(): LoadedBundle | undefined {
  const { store } = usePage().session
  const bundle = useStore(store, (state) => state.bundle)
  const load = useStore(store, (state) => state.load)
  const wasLoading = useRef(false)
  const [loaded, setLoaded] = useState<LoadedBundle>()
  useEffect(() => {
    if (isLoading(load)) {
      wasLoading.current = true
      setLoaded(undefined)
    } else if (wasLoading.current) {
      wasLoading.current = false
      const isCancelled = load.state === 'idle' && load.isCancelled
      if (load.state === 'idle' && !isCancelled) setLoaded(store.get().bundle)
    }
  }, [store, load])
  return loaded !== undefined && loaded === bundle ? loaded : undefined
}

/** The model is there, and what happens next. */
function Ready({ bundle }: { readonly bundle: LoadedBundle }) {
  const { session, view } = usePage()
  const isAgain = useStore(session.store, isReadAgain)
  const name = isolatedName(bundle.name)
  return (
    <Message tone="info" title={words.ready.title(name)}>
      <p>{isAgain ? words.ready.again(name) : words.ready.choose}</p>
      <div className={panels.actions}>
        <Button kind="primary" onClick={() => view.update({ panel: undefined })}>
          {words.ready.show}
        </Button>
      </div>
    </Message>
  )
}
