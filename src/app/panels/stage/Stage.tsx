import { type RefObject, useEffect, useRef } from 'react'
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
  const main = useRef<HTMLButtonElement>(null)
  useLostFocus(main, !source || (source.kind === 'drawn' && source.isUnasked))
  return (
    <section className={styles.stage} aria-label={words.stage} data-kind={source?.kind}>
      {source ? <Watched source={source} main={main} /> : <NoSource />}
      <FileList />
    </section>
  )
}

interface WatchedProps {
  readonly source: Source
  readonly main: RefObject<HTMLButtonElement | null>
}

function Watched({ source, main }: WatchedProps) {
  return (
    <>
      {source.kind === 'drawn' ? (
        <DrawnFacePanel isUnasked={source.isUnasked}>
          <Picture source={source} />
        </DrawnFacePanel>
      ) : (
        <Picture source={source} />
      )}
      <StageBar source={source} main={main} />
    </>
  )
}

/** A press on a choice that is gone once a source is chosen: the button that pauses takes the focus then. */
function useLostFocus(main: RefObject<HTMLButtonElement | null>, hasChoices: boolean): void {
  const hadChoices = useRef(hasChoices)
  useEffect(() => {
    const isLost = hadChoices.current && !hasChoices && document.activeElement === document.body
    hadChoices.current = hasChoices
    if (isLost) main.current?.focus({ preventScroll: true })
  }, [main, hasChoices])
}
