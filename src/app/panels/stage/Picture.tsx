import { Icon } from '../../controls/Icon.tsx'
import { runText } from '../../run-text.ts'
import type { Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { FacesOverlay } from '../FaceParts.tsx'
import { Hud } from './Hud.tsx'
import styles from './Picture.module.css'
import { DrawnPreview, FilePreview, LivePreview, StoppedPreview } from './Preview.tsx'
import { runIcons } from './run-icons.ts'
import { StageNotices } from './StageNotices.tsx'
import { Twin } from './Twin.tsx'
import { words } from './words.ts'

/**
 * The picture, as large as the room around it allows. It always fills that room, with empty edges where the source has
 * another aspect: what is around it stays where it is when a source opens.
 */
export function Picture({ source }: { readonly source: Source }) {
  const { store } = usePage().session
  const run = useStore(store, (state) => state.run)
  const picture = useStore(store, (state) => state.picture)
  const { text, form } = runText(run, picture)
  return (
    <div className={styles.ring} data-form={form}>
      <div className={styles.picture} data-picture data-blind={picture !== 'there' || undefined}>
        <Preview source={source} />
        <FacesOverlay />
        <div className={styles.marks}>
          <SourceMark source={source} />
          <p className={styles.mark} data-form={form} data-drawn={source.kind === 'drawn' || undefined}>
            <Icon name={runIcons[form]} isFilled={form === 'running'} />
            {text}
          </p>
        </div>
        <Twin />
        <Hud />
        <StageNotices source={source} />
        <ReadLine />
      </div>
    </div>
  )
}

function Preview({ source }: { readonly source: Source }) {
  switch (source.kind) {
    case 'file':
      return <FilePreview key={source.url} source={source} />
    case 'drawn':
      return <DrawnPreview source={source} />
    case 'stopped':
      return <StoppedPreview source={source} />
    default:
      return <LivePreview source={source} />
  }
}

/** Shown while a camera or a screen is captured, read or not; of a drawing it says that nobody is shown. */
function SourceMark({ source }: { readonly source: Source }) {
  switch (source.kind) {
    case 'camera':
    case 'screen':
      return (
        <p className={styles.mark} data-live title={source.kind === 'camera' ? words.cameraOn : words.screenShared}>
          {words.live}
        </p>
      )
    case 'drawn':
      return (
        <p className={styles.mark} data-drawn title={words.noCamera}>
          <Icon name="face" />
          {source.name}
        </p>
      )
    case 'stopped':
      return <p className={styles.mark}>{words.lastPicture}</p>
    case 'file':
      return null
  }
}

/** How much of a file has been read, as a line along the lower edge; the bar below says it in words. */
function ReadLine() {
  const { store } = usePage().session
  const progress = useStore(store, (state) => state.progress)
  if (!progress || progress.windows === 0) return null
  return (
    <progress className={styles.line} value={progress.doneWindows} max={progress.windows} aria-label={words.progress} />
  )
}
