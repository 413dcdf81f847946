import { formatBytes } from '../format.ts'
import { bundleName, isPlaceholder } from '../model-kind.ts'
import type { LoadState, Session } from '../session.ts'
import { useStore } from '../store.ts'
import { Button } from './Button.tsx'
import { openBundleField } from './Details.tsx'
import { Message } from './Message.tsx'
import styles from './Notices.module.css'

/** What stands between a person and a reading: the device, the model, or a model that knows nothing. */
export function Notices({ session }: { readonly session: Session }) {
  const device = useStore(session.store, (state) => state.device)
  const bundle = useStore(session.store, (state) => state.bundle)
  const load = useStore(session.store, (state) => state.load)
  if (device?.state === 'unusable') {
    return (
      <Message
        tone="danger"
        title="This browser cannot read videos yet"
        error={{ ...device.problem, code: device.problem.kind }}
      />
    )
  }
  return (
    <>
      {(load.state === 'downloading' || load.state === 'starting') && <Loading load={load} session={session} />}
      {load.state === 'failed' && (
        <Message tone="danger" title={`${bundleName(load.url)} was not loaded`} error={load.error}>
          <div className={styles.actions}>
            <Button onClick={() => void session.retryLoad()}>Try again</Button>
            <Button onClick={openBundleField}>Load another bundle</Button>
          </div>
        </Message>
      )}
      {bundle && load.state === 'idle' && isPlaceholder(bundle.manifest) && (
        <Message tone="warn" title="A stand-in for the real model">
          <p>
            This small bundle has random weights: it proves the arithmetic, its words mean nothing. Load a bundle built
            from VidEmo-3B to get readings.
          </p>
          <div className={styles.actions}>
            <Button onClick={openBundleField}>Load a bundle</Button>
          </div>
        </Message>
      )}
    </>
  )
}

type Busy = Extract<LoadState, { state: 'downloading' | 'starting' }>

function Loading({ load, session }: { readonly load: Busy; readonly session: Session }) {
  const isDownloading = load.state === 'downloading'
  const isMeasured = isDownloading && load.totalBytes > 0
  return (
    <div className={styles.loading}>
      <div className={styles.words}>
        <p id="loading-text">
          Loading {bundleName(load.url)}
          <span className={styles.bytes}>
            {isMeasured && ` · ${formatBytes(load.doneBytes)} of ${formatBytes(load.totalBytes)}`}
            {!isDownloading && ` · starting the ${load.graph} graph`}
          </span>
        </p>
        {isDownloading && <Button onClick={() => session.cancelLoad()}>Cancel</Button>}
      </div>
      <progress
        className={styles.bar}
        aria-labelledby="loading-text"
        {...(isMeasured ? { value: load.doneBytes, max: load.totalBytes } : {})}
      />
    </div>
  )
}
