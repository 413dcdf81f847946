import { useId } from 'react'
import type { ExportedBundle, ExportState } from '../../build-session.ts'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { Message } from '../../controls/Message.tsx'
import { ProgressBar } from '../../controls/ProgressBar.tsx'
import { canPickFile, canPickFolder } from '../../file-pickers.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './BuildPanel.module.css'
import { words } from './words.ts'

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
          aria-label={words.export.folderNamed(name)}
          onClick={() => void buildSession.exportToFolder(bundle)}
        >
          <Icon name="folder" />
          {words.export.folder}
        </Button>
      )}
      <Button
        disabled={isBusy}
        aria-label={words.export.zipNamed(name)}
        onClick={() => void buildSession.exportToZip(bundle)}
      >
        <Icon name="download" />
        {words.export.zip}
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
      {!canPickFile() && <p className={styles.note}>{words.export.noPicker}</p>}
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
            {words.export.running(name)}
            {progress && words.export.share(progress.doneBytes, progress.totalBytes)}
          </p>
          <ProgressBar
            aria-labelledby={textId}
            {...(progress ? { value: progress.doneBytes / progress.totalBytes } : {})}
          />
          <div className={styles.answers}>
            <Button onClick={() => buildSession.cancelExport()}>{words.cancel}</Button>
          </div>
        </div>
      )
    }
    case 'exported':
      return (
        <Message tone="info" title={words.export.done(exported.name)}>
          <p>{words.export.doneText(exported.to)}</p>
        </Message>
      )
    case 'failed':
      return <Message tone="danger" title={words.export.failed(exported.name)} error={exported.error} />
  }
}
