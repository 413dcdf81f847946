import { useId } from 'react'
import { licenceText } from '../../../manifest/licence-text.ts'
import { foreignHost } from '../../bundle-link.ts'
import { Button } from '../../controls/Button.tsx'
import { Fact, Facts } from '../../controls/Facts.tsx'
import { Message } from '../../controls/Message.tsx'
import { formatBytes, formatCount } from '../../format.ts'
import { placedName } from '../../model-kind.ts'
import { type BusyLoad, loadText } from '../../run-text.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './LoadProgress.module.css'
import { ServerWaitNote } from './ServerWaitNote.tsx'
import { SmallModelButton } from './SmallModelButton.tsx'

/** What would be downloaded and under which licence, before the first byte is. */
function Offer({ name, load }: { readonly name: string; readonly load: Extract<BusyLoad, { state: 'offered' }> }) {
  const { session } = usePage()
  const bundle = useStore(session.store, (state) => state.bundle)
  const { source, manifest, totalBytes, room } = load
  const host = foreignHost(source)
  const storedBytes = room?.storedBytes ?? 0
  const leftBytes = totalBytes - storedBytes
  return (
    <Message tone="info" title={`Download ${name}?`}>
      {host !== undefined && (
        <p>It lies on another host than this page, and what it says of itself is the word of whoever put it there.</p>
      )}
      <Facts>
        {host !== undefined && <Fact term="Host">{host}</Fact>}
        <Fact term="Size">
          {formatBytes(totalBytes)}
          {storedBytes > 0 && `, of which ${formatBytes(storedBytes)} are here already`}
        </Fact>
        {room?.freeBytes !== undefined && (
          <Fact term="Room">
            {room.freeBytes >= leftBytes
              ? `${formatBytes(room.freeBytes)} free for this site; it stays for your next visits`
              : `only ${formatBytes(room.freeBytes)} free for this site: what does not fit is kept in memory and downloaded again next time. Delete a model under Storage first, or free disk space.`}
          </Fact>
        )}
        <Fact term="Weights">
          {formatCount(manifest.model.parameters)} parameters, {manifest.dtype}
        </Fact>
        <Fact term="Built from, as it says">{manifest.source.origin}</Fact>
        <Fact term="Licence">{licenceText(manifest)}</Fact>
      </Facts>
      <div className={styles.answers}>
        <Button kind="primary" onClick={() => session.actions.acceptLoad()}>
          Download {formatBytes(leftBytes)}
        </Button>
        {!bundle && <SmallModelButton />}
        <Button onClick={() => session.actions.cancelLoad()}>Not now</Button>
      </div>
    </Message>
  )
}

/** How far a model is loaded, under which licence, and the way to end it. */
export function LoadProgress({ load }: { readonly load: BusyLoad }) {
  const { session } = usePage()
  const textId = useId()
  const { text, share } = loadText(load)
  const name = placedName(load.source)
  if (load.state === 'offered') return <Offer name={name} load={load} />
  return (
    <div className={styles.loading}>
      <div className={styles.words}>
        <p id={textId}>
          Loading {name}
          <span className={styles.quiet}> · {text}</span>
          {load.state === 'downloading' && (
            <span className={styles.licence}>Licence: {licenceText(load.manifest)}</span>
          )}
        </p>
        <Button onClick={() => session.actions.cancelLoad()}>Cancel</Button>
      </div>
      {'wait' in load && load.wait && <ServerWaitNote wait={load.wait} />}
      <progress className={styles.bar} aria-labelledby={textId} {...(share === undefined ? {} : { value: share })} />
    </div>
  )
}
