import { useId } from 'react'
import type { ExportedBundle, ExportState } from '../../build-session.ts'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { Message } from '../../controls/Message.tsx'
import { canPickFile, canPickFolder } from '../../file-pickers.ts'
import { formatBytes } from '../../format.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './BuildPanel.module.css'

/** Buttons that export a stored model, to be published on a host. One export at a time. */
export function ExportButtons({ bundle }: { readonly bundle: ExportedBundle }) {
  const { buildSession } = usePage()
  const isBusy = useStore(buildSession.store, (state) => state.export.state === 'exporting')
  const { name } = bundle
  return (
    <>
      {canPickFolder() && (
        <Button
          disabled={isBusy}
          aria-label={`Export ${name} to a folder`}
          onClick={() => void buildSession.exportToFolder(bundle)}
        >
          <Icon name="folder" />
          To a folder
        </Button>
      )}
      <Button
        disabled={isBusy}
        aria-label={`Save ${name} as a zip`}
        onClick={() => void buildSession.exportToZip(bundle)}
      >
        <Icon name="download" />
        As a zip
      </Button>
    </>
  )
}

/** How far the export under way is, whichever panel began it, and what this browser cannot do well. */
export function ExportStatus() {
  const { buildSession } = usePage()
  const exported = useStore(buildSession.store, (state) => state.export)
  return (
    <>
      <Exported exported={exported} />
      {!canPickFile() && (
        <p className={styles.note}>
          This browser saves a zip only as a whole, and needs as much memory or temporary space for it as the bundle has
          bytes: above about 2 GB it may fail.
        </p>
      )}
    </>
  )
}

function Exported({ exported }: { readonly exported: ExportState }) {
  const { buildSession } = usePage()
  const textId = useId()
  switch (exported.state) {
    case 'idle':
      return null
    case 'exporting': {
      const { name, progress } = exported
      return (
        <div className={styles.item}>
          <p id={textId} className={styles.figures}>
            Exporting {name}
            {progress && ` · ${formatBytes(progress.doneBytes)} of ${formatBytes(progress.totalBytes)}`}
          </p>
          <progress
            className={styles.bar}
            aria-labelledby={textId}
            {...(progress ? { value: progress.doneBytes / progress.totalBytes } : {})}
          />
          <div className={styles.answers}>
            <Button onClick={() => buildSession.cancelExport()}>Cancel</Button>
          </div>
        </div>
      )
    }
    case 'exported':
      return (
        <Message tone="info" title={`${exported.name} is exported`}>
          <p>
            Put the {exported.to === 'folder' ? 'folder' : 'unpacked zip'} on any static host; its address is then what
            others load.
          </p>
        </Message>
      )
    case 'failed':
      return <Message tone="danger" title={`${exported.name} was not exported`} error={exported.error} />
  }
}
