import { actionGroups, keyName, keysOf, pageActions } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Group } from '../../controls/Facts.tsx'
import { SwitchField } from '../../controls/Fields.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './Panels.module.css'

/** What the page does, in short, and its keys. */
export function HelpPanel() {
  const { session, view } = usePage()
  const state = useStore(session.store, (whole) => whole)
  const { areKeysOn } = state.settings
  const withKeys = pageActions.map((action) => ({ ...action, keys: keysOf(action, areKeysOn) }))
  return (
    <>
      <Group title="How a reading comes about">
        <ol className={styles.how}>
          <li>Two frames a second are taken; up to sixteen make a window.</li>
          <li>The model describes the face, then what it does, then what it appears to express.</li>
          <li>
            Meanwhile faces are followed and their movement is measured at the camera’s rate. Click on a face, or choose
            it from the list, to have it read.
          </li>
          <li>Point at anything it read to see the frames and the words behind it.</li>
        </ol>
      </Group>
      <Group title="Keys">
        <SwitchField
          label="Keys of one character"
          isOn={areKeysOn}
          onChange={(isOn) => session.actions.changeSettings({ areKeysOn: isOn })}
        >
          Switch them off if you dictate, or press them unawares. Everything they do is in the menu.
        </SwitchField>
        {actionGroups.map((group) => (
          <dl key={group} className={styles.keys} aria-label={group}>
            {withKeys
              .filter((action) => action.group === group && action.keys.length > 0)
              .map(({ id, title, keys }) => (
                <div key={id} className={styles.key}>
                  <dt>{id === 'start-pause' ? 'Start, pause, go on' : title(state)}</dt>
                  <dd>
                    {keys.map((key) => (
                      <kbd key={key}>{keyName(key)}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
          </dl>
        ))}
        <p className={styles.note}>In the tree: arrow keys move, left and right close and open, Enter follows a cue.</p>
      </Group>
      <Button onClick={() => view.update({ panel: 'privacy' })}>Privacy and limits</Button>
    </>
  )
}
