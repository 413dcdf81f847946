import { useEffect, useRef, useState } from 'react'
import type { BundleSource } from '../../../bundles/bundle-source.ts'
import type { BundleEntry } from '../../../readers/worker/protocol.ts'
import { Button } from '../../controls/Button.tsx'
import { Question } from '../../controls/Drawer.tsx'
import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { Message } from '../../controls/Message.tsx'
import { ProgressBar } from '../../controls/ProgressBar.tsx'
import { formatBytes, formatDay } from '../../format.ts'
import { isStoredAs, type StoredState } from '../../session/stored-models.ts'
import { shownName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import panels from '../drawers/Panels.module.css'
import { ExportButtons, ExportStatus } from './ExportModel.tsx'
import styles from './StoredModels.module.css'
import { words } from './words.ts'

/** What this browser keeps of models; looks when the panel opens. Undefined until the first look has ended. */
export function useStoredModels(): StoredState | undefined {
  const { session } = usePage()
  useEffect(() => void session.actions.lookAtStorage(), [session])
  return useStore(session.store, (state) => state.stored)
}

/** The stored models that are not in use, to choose from; nothing where there are none. */
export function StoredChoices({ stored }: { readonly stored: StoredState | undefined }) {
  const { session } = usePage()
  const source = useStore(session.store, (state) => state.bundle?.source)
  const choices = stored?.state === 'known' ? stored.bundles.filter((entry) => canLoad(entry, source)) : []
  if (choices.length === 0) return null
  return (
    <Group title={words.stored.choose}>
      <ul className={styles.list} aria-label={words.stored.choose}>
        {choices.map((entry) => (
          <li key={entry.key} className={styles.choice}>
            <Described entry={entry} isInUse={false} />
            <LoadButton entry={entry} />
          </li>
        ))}
      </ul>
    </Group>
  )
}

/** The one list of the models that this browser keeps, to load, to export and to delete; and the room there is. */
export function StoredModels() {
  const { session } = usePage()
  const stored = useStoredModels()
  return (
    <Group title={words.stored.title}>
      {stored === undefined && <p className={panels.note}>{words.stored.looking}</p>}
      {stored?.state === 'failed' && (
        <>
          <Message tone="warn" title={words.stored.failed} error={stored.error} />
          <div className={panels.actions}>
            <Button onClick={() => void session.actions.lookAtStorage()}>{words.stored.lookAgain}</Button>
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
        <p className={panels.note}>{words.stored.none}</p>
      ) : (
        <ul className={styles.list} aria-label={words.stored.title}>
          {bundles.map((entry) => (
            <Model key={entry.key} entry={entry} isInUse={isStoredAs(entry, source)} onDelete={() => setAsked(entry)} />
          ))}
        </ul>
      )}
      {bundles.length > 0 && <ExportStatus />}
      <Facts>
        <Fact term={words.stored.used}>{formatBytes(usedBytes)}</Fact>
        {freeBytes !== undefined && <Fact term={words.stored.free}>{formatBytes(freeBytes)}</Fact>}
        <Fact term={words.stored.whenLow}>{isPersistent ? words.stored.persistent : words.stored.evictable}</Fact>
      </Facts>
      {!isPersistent && bundles.length > 0 && (
        <div className={panels.actions}>
          <Button onClick={() => void session.actions.protectStorage()}>{words.stored.protect}</Button>
        </div>
      )}
      <Question
        title={words.stored.deleteTitle(asked?.name ?? '')}
        isOpen={asked !== undefined}
        onClose={() => setAsked(undefined)}
        answer={words.stored.delete}
        isDangerous
        onAnswer={() => {
          setAsked(undefined)
          // The button that had the focus is removed with its model.
          if (asked) void session.actions.removeStored(asked.key).then(() => top.current?.focus())
        }}
      >
        <p>{asked && words.stored.deleteText(asked.storedBytes, isStoredAs(asked, source))}</p>
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
  const source = useStore(session.store, (state) => state.bundle?.source)
  const { name, state } = entry
  return (
    <li className={styles.model}>
      <Described entry={entry} isInUse={isInUse} />
      <div className={styles.tools}>
        {canLoad(entry, source) && <LoadButton entry={entry} />}
        {state !== 'partial' && <ExportButtons bundle={entry} />}
        <Button aria-label={words.stored.deleteNamed(name)} onClick={onDelete}>
          {words.stored.delete}
        </Button>
      </div>
    </li>
  )
}

/** What a stored model is, and how much of it is there. */
function Described({ entry, isInUse }: Pick<ModelProps, 'entry' | 'isInUse'>) {
  const { name, url, bytes, storedBytes, state, savedAt, usedAt } = entry
  const isPartial = state === 'partial'
  const facts = [
    isPartial ? words.stored.partial(storedBytes, bytes) : formatBytes(bytes),
    ...(isInUse ? [words.stored.inUse] : []),
    ...(usedAt ? [words.stored.lastUsed(formatDay(usedAt))] : savedAt ? [words.stored.since(formatDay(savedAt))] : []),
  ]
  return (
    <div className={styles.described}>
      <p className={styles.name}>
        <bdi>{shownName(name)}</bdi>
      </p>
      <div className={styles.facts}>
        <p>{facts.join(' · ')}</p>
        {url !== '' && <p>{url}</p>}
        {isPartial && (
          <ProgressBar
            aria-label={words.stored.storedOf(name)}
            value={bytes > 0 ? Math.min(1, storedBytes / bytes) : 0}
          />
        )}
      </div>
    </div>
  )
}

/** A partial download is resumed from its address; a bundle that was built here has no address. */
function isDownloaded({ url }: BundleEntry): boolean {
  return /^https?:/.test(url)
}

function canLoad(entry: BundleEntry, used: BundleSource | undefined): boolean {
  return !isStoredAs(entry, used) && (entry.state !== 'partial' || isDownloaded(entry))
}

function LoadButton({ entry }: { readonly entry: BundleEntry }) {
  const { session } = usePage()
  const { key, name, url, state } = entry
  const isPartial = state === 'partial'
  const whole: BundleSource = { type: 'stored', key, name, ...(isDownloaded(entry) ? { url } : {}) }
  const source: BundleSource = isPartial ? { type: 'url', url } : whole
  return (
    <Button
      aria-label={isPartial ? words.stored.resumeNamed(name) : words.stored.loadNamed(name)}
      onClick={() => void session.actions.loadBundle(source)}
    >
      {isPartial ? words.resume : words.stored.load}
    </Button>
  )
}
