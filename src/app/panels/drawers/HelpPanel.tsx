import { actionGroups, keyName, keysOf, pageActions } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { SwitchField } from '../../controls/Fields.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { actionWords, panelTitles } from '../../words/actions.ts'
import styles from './Panels.module.css'
import { words } from './words.ts'

const { help } = words

/** What the page does, in short, and its keys. */
export function HelpPanel() {
  const { session, view } = usePage()
  const state = useStore(session.store, (whole) => whole)
  const { areKeysOn } = state.settings
  const withKeys = pageActions.map((action) => ({ ...action, keys: keysOf(action, areKeysOn) }))
  return (
    <>
      <Group title={help.how}>
        <ol className={styles.how}>
          {help.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      </Group>
      <Group title={help.marks}>
        <Facts>
          {[help.markSeen, help.markNotSeen, help.markCannotTell].map(({ mark, meaning }) => (
            <Fact key={mark} term={mark}>
              {meaning}
            </Fact>
          ))}
        </Facts>
      </Group>
      <Group title={help.keys}>
        <SwitchField
          label={help.singleKeys}
          isOn={areKeysOn}
          onChange={(isOn) => session.actions.changeSettings({ areKeysOn: isOn })}
        >
          {help.singleKeysNote}
        </SwitchField>
        {actionGroups.map((group) => (
          <dl key={group} className={styles.keys} aria-label={actionWords.groups[group]}>
            {withKeys
              .filter((action) => action.group === group && action.keys.length > 0)
              .map(({ id, title, keys }) => (
                <div key={id} className={styles.key}>
                  <dt>{id === 'start-pause' ? actionWords.startPauseResume : title(state)}</dt>
                  <dd>
                    {keys.map((key) => (
                      <kbd key={key}>{keyName(key)}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
          </dl>
        ))}
        <p className={styles.note}>{help.tree}</p>
      </Group>
      <Button onClick={() => view.update({ panel: 'privacy' })}>{panelTitles.privacy}</Button>
    </>
  )
}
