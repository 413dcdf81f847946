import type { ReactNode } from 'react'
import { Button, Header, Menu, MenuItem, MenuSection, MenuTrigger, Popover, Text } from 'react-aria-components'
import { actionGroups, actionOf, keyName, keysOf, type PageAction, pageActions, runAction } from '../actions.ts'
import { useStore } from '../store.ts'
import { usePage } from '../view.ts'
import { actionWords } from '../words/actions.ts'
import styles from './ActionMenu.module.css'
import { buttonClass } from './Button.tsx'

interface Props {
  readonly label: string
  readonly kind?: 'plain' | 'quiet'
  readonly isSquare?: boolean
  /** Only the actions of this group. */
  readonly group?: PageAction['group'] | undefined
  readonly className?: string | undefined
  readonly children: ReactNode
}

/** Everything that can be done, with its keys. */
export function ActionMenu({ label, kind = 'quiet', isSquare = false, group, className, children }: Props) {
  return (
    <MenuTrigger>
      <Button className={buttonClass({ kind, isSquare }, className)} {...(isSquare ? { 'aria-label': label } : {})}>
        {children}
      </Button>
      <Popover className={styles.popover} placement="bottom end">
        <Actions label={label} group={group} />
      </Popover>
    </MenuTrigger>
  )
}

/** A component of its own, so that it re-renders with the session only while the menu is open. */
function Actions({ label, group }: Pick<Props, 'label' | 'group'>) {
  const page = usePage()
  const state = useStore(page.session.store, (whole) => whole)
  const groups = group ? [group] : actionGroups
  const disabledKeys = pageActions.filter(({ isEnabled }) => !isEnabled(state)).map(({ id }) => id)
  return (
    <Menu
      className={styles.menu}
      aria-label={label}
      disabledKeys={disabledKeys}
      onAction={(id) => runAction(page, actionOf(String(id)))}
    >
      {groups.map((name) => (
        <MenuSection key={name} className={styles.section} aria-label={actionWords.groups[name]}>
          {groups.length > 1 && <Header className={styles.header}>{actionWords.groups[name]}</Header>}
          {pageActions
            .filter((action) => action.group === name)
            .map((action) => {
              const { id, title } = action
              const [key] = keysOf(action, state.settings.areKeysOn)
              return (
                <MenuItem key={id} id={id} textValue={title(state)} className={styles.item}>
                  <Text slot="label">{title(state)}</Text>
                  {key && <kbd className={styles.key}>{keyName(key)}</kbd>}
                </MenuItem>
              )
            })}
        </MenuSection>
      ))}
    </Menu>
  )
}
