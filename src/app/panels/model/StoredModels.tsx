import { useEffect, useRef, useState } from 'react'
import type { BundleSource } from '../../../bundles/bundle-source.ts'
import type { BundleEntry } from '../../../readers/worker/protocol.ts'
import { Button } from '../../controls/Button.tsx'
import { Question } from '../../controls/Drawer.tsx'
import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { Message } from '../../controls/Message.tsx'
import { formatBytes, formatDay } from '../../format.ts'
import { isStoredAs, type StoredState } from '../../session/stored-models.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import panels from '../drawers/Panels.module.css'
import { ExportButtons, ExportStatus } from './ExportModel.tsx'
import styles from './StoredModels.module.css'

/** What this browser keeps of models; looks when the panel opens. Undefined until the first look has ended. */
export function useStoredModels(): StoredState | undefined {
  const { session } = usePage()
  useEffect(() => void session.actions.lookAtStorage(), [session])
  return useStore(session.store, (state) => state.stored)
}

/** The one list of the models that this browser keeps, to load, to export and to delete; and the room there is. */
export function StoredModels() {
  const { session } = usePage()
  const stored = useStoredModels()
  return (
    <Group title="Stored models">
      {stored === undefined && <p className={panels.note}>Looking …</p>}
      {stored?.state === 'failed' && (
        <>
          <Message tone="warn" title="Models cannot be listed" error={stored.error} />
          <div className={panels.actions}>
            <Button onClick={() => void session.actions.lookAtStorage()}>Look again</Button>
          </div>
        </>
      )}
      {stored?.state === 'known' && <Known stored={stored} />}
    </Group>
  )
}

function Known({ stored }: { readonly stored: Extract<StoredState, { state: 'known' }> }) {
  const { session } = usePage()
  const source = useStore(session.store, (state) => state.bundle?.source)
  const [asked, setAsked] = useState<BundleEntry>()
  const top = useRef<HTMLDivElement>(null)
  const { bundles, usedBytes, freeBytes, isPersistent } = stored
  return (
    <div ref={top} tabIndex={-1} className={styles.known}>
      {bundles.length === 0 ? (
        <p className={panels.note}>None. A model that you download is kept here for the next visit.</p>
      ) : (
        <ul className={styles.list} aria-label="Stored models">
          {bundles.map((entry) => (
            <Model key={entry.key} entry={entry} isInUse={isStoredAs(entry, source)} onDelete={() => setAsked(entry)} />
          ))}
        </ul>
      )}
      {bundles.length > 0 && <ExportStatus />}
      <Facts>
        <Fact term="Used by models">{formatBytes(usedBytes)}</Fact>
        {freeBytes !== undefined && <Fact term="Free for this site">{formatBytes(freeBytes)}</Fact>}
        <Fact term="When space runs low">
          {isPersistent ? 'the browser keeps them' : 'the browser may remove them by itself'}
        </Fact>
      </Facts>
      {!isPersistent && bundles.length > 0 && (
        <div className={panels.actions}>
          <Button onClick={() => void session.actions.protectStorage()}>Ask the browser to keep them</Button>
        </div>
      )}
      <Question
        title={`Delete ${asked?.name ?? ''}?`}
        isOpen={asked !== undefined}
        onClose={() => setAsked(undefined)}
        answer="Delete"
        isDangerous
        onAnswer={() => {
          setAsked(undefined)
          // The button that had the focus is removed with its model.
          if (asked) void session.actions.removeStored(asked.key).then(() => top.current?.focus())
        }}
      >
        <p>
          {formatBytes(asked?.storedBytes ?? 0)} become free. To use the model again it has to be downloaded again
          {asked && isStoredAs(asked, source) ? '; as long as this page is open it stays in use' : ''}.
        </p>
      </Question>
    </div>
  )
}

interface ModelProps {
  readonly entry: BundleEntry
  readonly isInUse: boolean
  readonly onDelete: () => void
}

function Model({ entry, isInUse, onDelete }: ModelProps) {
  const { session } = usePage()
  const { key, name, url, bytes, storedBytes, state, savedAt, usedAt } = entry
  const isPartial = state === 'partial'
  const facts = [
    isPartial ? `${formatBytes(storedBytes)} of ${formatBytes(bytes)}, not whole yet` : formatBytes(bytes),
    ...(isInUse ? ['in use'] : []),
    ...(usedAt ? [`last used ${formatDay(usedAt)}`] : savedAt ? [`from ${formatDay(savedAt)}`] : []),
  ]
  // A partial download is resumed from its address; a bundle that was built here has no address.
  const isDownloaded = /^https?:/.test(url)
  const whole: BundleSource = { type: 'stored', key, name, ...(isDownloaded ? { url } : {}) }
  const source: BundleSource = isPartial ? { type: 'url', url } : whole
  const canLoad = !isInUse && (!isPartial || isDownloaded)
  return (
    <li className={styles.model}>
      <p className={styles.name}>{name}</p>
      <div className={styles.facts}>
        <p>{facts.join(' · ')}</p>
        {url !== '' && <p>{url}</p>}
        {isPartial && (
          <progress
            className={styles.bar}
            aria-label={`Stored of ${name}`}
            value={bytes > 0 ? Math.min(1, storedBytes / bytes) : 0}
          />
        )}
      </div>
      <div className={styles.tools}>
        {canLoad && (
          <Button
            aria-label={`${isPartial ? 'Go on loading' : 'Load'} ${name}`}
            onClick={() => void session.actions.loadBundle(source)}
          >
            {isPartial ? 'Go on' : 'Load'}
          </Button>
        )}
        {!isPartial && <ExportButtons bundle={entry} />}
        <Button aria-label={`Delete ${name}`} onClick={onDelete}>
          Delete
        </Button>
      </div>
    </li>
  )
}
