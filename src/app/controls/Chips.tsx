import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import styles from './Chips.module.css'

interface Props<Id extends string> {
  /** Heard, and not seen: a title stands above. */
  readonly label: string
  /** Undefined where none of them holds. */
  readonly value: Id | undefined
  readonly options: readonly { readonly id: Id; readonly title: string }[]
  readonly onChange: (id: Id) => void
}

/** One of a few, all in sight. Arrow keys go from one to the next. */
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
