import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import styles from './Chips.module.css'

interface Props<Id extends string> {
  /** For screen readers only: the title above is what is seen. */
  readonly label: string
  /** Undefined where none is chosen. */
  readonly value: Id | undefined
  readonly options: readonly { readonly id: Id; readonly title: string }[]
  readonly onChange: (id: Id) => void
}

/** A choice of one of a few options that are all visible. Arrow keys move between them. */
export function Chips<Id extends string>({ label, value, options, onChange }: Props<Id>) {
  return (
    <ToggleButtonGroup
      className={styles.chips}
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={value === undefined ? [] : [value]}
      onSelectionChange={(keys) => {
        const chosen = options.find(({ id }) => keys.has(id))
        if (chosen) onChange(chosen.id)
      }}
    >
      {options.map(({ id, title }) => (
        <ToggleButton key={id} id={id} className={styles.chip}>
          {title}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  )
}
