import type { BundleSource } from '../../../readers/worker/protocol.ts'
import { Button } from '../../controls/Button.tsx'
import { Message } from '../../controls/Message.tsx'
import { isDrawn, isPlaceholder, placedName, readsDrawnFaces } from '../../model-kind.ts'
import { isLoading } from '../../run-text.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { viewOf } from '../../view-words.ts'
import { EvictedNotice } from '../model/EvictedNotice.tsx'
import { LoadProgress } from '../model/LoadProgress.tsx'
import { LostLoadNotice } from '../model/LostLoadNotice.tsx'
import { SmallModelButton } from '../model/SmallModelButton.tsx'
import styles from './Notices.module.css'

/** What keeps a person from a real reading: the device, the lack of a model, or a model with random weights. */
export function Notices() {
  const { session, view } = usePage()
  const bundle = useStore(session.store, (state) => state.bundle)
  const load = useStore(session.store, (state) => state.load)
  const lostLoad = useStore(session.store, (state) => state.lostLoad)
  // The model panel shows the progress of a load while it is open.
  const isPanelOpen = useStore(view, ({ panel }) => panel === 'model')
  const openModel = () => view.update({ panel: 'model', isAddressWanted: true })
  return (
    <>
      {bundle && bundle.notices.length > 0 && (
        <Message tone="info" title={bundle.provider === 'wasm' ? 'Computing on the processor' : 'Good to know'}>
          {bundle.notices.map((notice) => (
            <p key={notice}>{notice}</p>
          ))}
        </Message>
      )}
      <EvictedNotice />
      {isLoading(load) && !isPanelOpen && (
        <div className={styles.steady}>
          <LoadProgress load={load} />
        </div>
      )}
      {load.state === 'failed' && !isPanelOpen && (
        <Message tone="danger" title={`${placedName(load.source)} was not loaded`} error={load.error}>
          <div className={styles.actions}>
            <Button onClick={() => void session.actions.retryLoad()}>Try again</Button>
            <SmallModelButton insteadOf={urlOf(load.source)} />
            <Button onClick={openModel}>Load another bundle</Button>
          </div>
        </Message>
      )}
      {load.state === 'idle' && load.isCancelled && !bundle && !lostLoad && !isPanelOpen && (
        <Message tone="info" title="No model is loaded">
          <div className={styles.actions}>
            <SmallModelButton />
            <Button onClick={openModel}>Load a bundle</Button>
          </div>
        </Message>
      )}
      {lostLoad && !isLoading(load) && <LostLoadNotice lost={lostLoad} openModel={openModel} />}
      {bundle && load.state === 'idle' && readsDrawnFaces(bundle.manifest) && (
        <div className={styles.steady}>
          <DrawnFacesNotice openModel={openModel} />
        </div>
      )}
      {bundle && load.state === 'idle' && isPlaceholder(bundle.manifest) && (
        <Message tone="warn" title="A stand-in for the real model">
          <div className={styles.row}>
            <p>This small bundle has random weights: it proves the arithmetic, its words mean nothing.</p>
            <Button onClick={openModel}>Load a bundle</Button>
          </div>
        </Message>
      )}
    </>
  )
}

function urlOf(source: BundleSource): string | undefined {
  return source.type === 'url' ? source.url : undefined
}

/**
 * Says what the small model can do: as a warning when it is shown a picture that is no drawn face, which alone it was
 * trained on; of a drawn twin, what that is.
 */
function DrawnFacesNotice({ openModel }: { readonly openModel: () => void }) {
  const { store } = usePage().session
  const source = useStore(store, (state) => state.source)
  const view = useStore(store, viewOf)
  const isStranger = source !== undefined && !isDrawn(source)
  if (isStranger && view === 'twin') return <TwinNotice />
  return (
    <Message tone={isStranger ? 'warn' : 'info'} title={isStranger ? 'Not for real faces' : 'Made for drawn faces'}>
      <div className={styles.row}>
        <p>
          {isStranger && 'What it says here means little: it has never seen a real face. '}
          This small model reads drawn faces; for real faces load VidEmo-3B.
        </p>
        <Button onClick={openModel}>Load VidEmo-3B</Button>
      </div>
    </Message>
  )
}

/** The reading and the measures share one source: that they agree is no evidence. */
function TwinNotice() {
  return (
    <Message tone="info" title="Read from a drawing that moves as your face does">
      <p>
        This small model reads drawn faces, and is shown a drawn twin of the followed face. What is said and what is
        measured then come from the same movement: a mark “seen” shows that the chain agrees with itself, no more. “She”
        in its words is the drawing, which looks the same for everybody.
      </p>
    </Message>
  )
}
