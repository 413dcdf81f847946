import type { Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { DrawnFacePanel } from '../drawn/DrawnFacePanel.tsx'
import { FileList } from '../sources/FileList.tsx'
import { NoSource } from '../sources/NoSource.tsx'
import { Picture } from './Picture.tsx'
import styles from './Stage.module.css'
import { StageBar } from './StageBar.tsx'
import { words } from './words.ts'

/** The source on show with its controls, or the choice of one. */
export function Stage() {
  const { session } = usePage()
  // Selects nothing that changes during a reading: the drawn face has many controls to re-render.
  const source = useStore(session.store, (state) => state.source)
  return (
    <section className={styles.stage} aria-label={words.stage} data-kind={source?.kind}>
      {source ? <Watched source={source} /> : <NoSource />}
      <FileList />
    </section>
  )
}

function Watched({ source }: { readonly source: Source }) {
  return (
    <>
      {source.kind === 'drawn' ? (
        <DrawnFacePanel isUnasked={source.isUnasked}>
          <Picture source={source} />
        </DrawnFacePanel>
      ) : (
        <Picture source={source} />
      )}
      <StageBar source={source} />
    </>
  )
}
