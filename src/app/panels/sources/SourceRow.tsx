import { useLayoutEffect, useRef } from 'react'
import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { ActionMenu } from '../../controls/ActionMenu.tsx'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import type { SourceProblem } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { narrow, useMedia } from '../../use-media.ts'
import { usePage } from '../../view.ts'
import { ProblemNote } from './ProblemNote.tsx'
import styles from './SourceRow.module.css'
import { words } from './words.ts'

type SourceId = SourceProblem['at']

const shown: readonly { readonly id: SourceId; readonly icon: IconName }[] = [
  { id: 'camera', icon: 'camera' },
  { id: 'file', icon: 'video' },
  { id: 'drawn', icon: 'face' },
]

/** Everything that can be watched, in one row: the one list of sources of the page. */
export function SourceRow() {
  const page = usePage()
  const { store } = page.session
  const kind = useStore(store, ({ source }) => (source?.kind === 'stopped' ? source.was : source?.kind))
  const problem = useStore(store, (state) => state.problem)
  const areKeysOn = useStore(store, (state) => state.settings.areKeysOn)
  const isNarrow = useMedia(narrow)
  const row = useRef<HTMLElement>(null)
  usePointer(row, problem)
  return (
    <div className={styles.place}>
      <nav ref={row} className={styles.row} aria-label={words.sources}>
        {shown.map(({ id, icon }) => (
          <button
            key={id}
            type="button"
            className={styles.source}
            data-source={id}
            aria-pressed={kind === id}
            aria-keyshortcuts={shortcutOf(actionOf(id), areKeysOn)}
            onClick={() => runAction(page, actionOf(id))}
          >
            <Icon name={icon} />
            {words.source[id]}
          </button>
        ))}
        {/* On a phone the other sources are in the menu of all actions. */}
        {isNarrow ? (
          kind === 'drawn' && <AdjustButton />
        ) : (
          <ActionMenu label={words.moreSources} group="source" kind="quiet" className={styles.more}>
            {words.moreSources}
            <Icon name="down" />
          </ActionMenu>
        )}
      </nav>
      {problem && <ProblemNote problem={problem} />}
    </div>
  )
}

/** Brings up what moves the drawn face, as a sheet. */
function AdjustButton() {
  const { view } = usePage()
  const isOpen = useStore(view, ({ sheet }) => sheet === 'adjust')
  return (
    <button
      type="button"
      className={styles.source}
      aria-haspopup="dialog"
      aria-expanded={isOpen}
      aria-label={words.adjustFace}
      onClick={() => view.update({ sheet: 'adjust' })}
    >
      <Icon name="settings" />
      {words.adjust}
    </button>
  )
}

/** Notes where the button is that the problem is about, so that the note points at it. */
function usePointer(row: { readonly current: HTMLElement | null }, problem: SourceProblem | undefined): void {
  useLayoutEffect(() => {
    const place = row.current?.parentElement
    if (!problem || !row.current || !place) return
    const button = row.current.querySelector(`[data-source="${problem.at}"]`) ?? row.current.lastElementChild
    if (!button) return
    const { left, width } = button.getBoundingClientRect()
    place.style.setProperty('--pointer', `${left + width / 2 - place.getBoundingClientRect().right}px`)
  }, [row, problem])
}
