import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './NoSource.module.css'
import { words } from './words.ts'

/** In place of the picture while there is no source: with a placeholder model, or after everything was erased. */
export function NoSource() {
  return (
    <div className={styles.card}>
      <h2 className={styles.invitation}>{words.invitation}</h2>
      <div className={styles.choices}>
        <Choice id="camera" icon="camera" title={words.useCamera} isFirst />
        <Choice id="file" icon="video" title={words.openVideo} />
        <Choice id="drawn" icon="face" title={words.tryDrawn} />
        <Choice id="sample" icon="sample" title={words.trySample} />
      </div>
      <p className={styles.note}>{words.dropHint}</p>
    </div>
  )
}

interface ChoiceProps {
  readonly id: 'camera' | 'file' | 'drawn' | 'sample'
  readonly icon: IconName
  readonly title: string
  readonly isFirst?: boolean
}

function Choice({ id, icon, title, isFirst = false }: ChoiceProps) {
  const page = usePage()
  const action = actionOf(id)
  const areKeysOn = useStore(page.session.store, (state) => state.settings.areKeysOn)
  return (
    <Button
      kind={isFirst ? 'primary' : 'plain'}
      data-source={id}
      aria-keyshortcuts={shortcutOf(action, areKeysOn)}
      onClick={() => runAction(page, action)}
    >
      <Icon name={icon} />
      {title}
    </Button>
  )
}
