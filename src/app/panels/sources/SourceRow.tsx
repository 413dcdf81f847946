import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { ActionMenu } from '../../controls/ActionMenu.tsx'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import type { SourceProblem } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './SourceRow.module.css'
import { words } from './words.ts'

const shown: readonly { readonly id: SourceProblem['at']; readonly icon: IconName }[] = [
  { id: 'camera', icon: 'camera' },
  { id: 'file', icon: 'video' },
  { id: 'drawn', icon: 'face' },
]

/** Everything that can be watched, in one row: the one list of sources of the page. */
export function SourceRow() {
  const page = usePage()
  const kind = useStore(page.session.store, ({ source }) => (source?.kind === 'stopped' ? source.was : source?.kind))
  const areKeysOn = useStore(page.session.store, (state) => state.settings.areKeysOn)
  return (
    <nav className={styles.row} aria-label={words.sources}>
      {shown.map(({ id, icon }) => (
        <button
          key={id}
          type="button"
          className={styles.source}
          aria-pressed={kind === id}
          aria-keyshortcuts={shortcutOf(actionOf(id), areKeysOn)}
          onClick={() => runAction(page, actionOf(id))}
        >
          <Icon name={icon} />
          {words.source[id]}
        </button>
      ))}
      <ActionMenu label={words.moreSources} group="Source" kind="plain" isSquare>
        <Icon name="down" />
      </ActionMenu>
    </nav>
  )
}
