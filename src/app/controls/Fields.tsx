import { type ReactNode, type Ref, useId } from 'react'
import {
  Button,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Select,
  SelectValue,
  Slider,
  SliderOutput,
  SliderThumb,
  SliderTrack,
  Switch,
} from 'react-aria-components'
import styles from './Fields.module.css'
import { Icon } from './Icon.tsx'

interface SwitchProps {
  readonly label: string
  readonly isOn: boolean
  readonly onChange: (isOn: boolean) => void
  readonly isDisabled?: boolean
  readonly children?: ReactNode
}

/** A switch with an explanation. */
export function SwitchField({ label, isOn, onChange, isDisabled = false, children }: SwitchProps) {
  const noteId = useId()
  return (
    <div className={styles.field}>
      <Switch
        className={styles.switch}
        isSelected={isOn}
        onChange={onChange}
        isDisabled={isDisabled}
        {...(children ? { 'aria-describedby': noteId } : {})}
      >
        <span>{label}</span>
        <span className={styles.track} aria-hidden="true">
          <span className={styles.knob} />
        </span>
      </Switch>
      {children && (
        <p id={noteId} className={styles.note}>
          {children}
        </p>
      )}
    </div>
  )
}

interface SliderProps {
  readonly label: ReactNode
  readonly value: number
  readonly bound: { readonly min: number; readonly max: number; readonly step: number }
  readonly show: (value: number) => string
  readonly onChange: (value: number) => void
  readonly isDisabled?: boolean
  /** On one line: the slider stands beside the label. */
  readonly isCompact?: boolean
  readonly children?: ReactNode
}

/** A slider for a number within bounds. */
export function SliderField(props: SliderProps) {
  const { label, value, bound, show, onChange, isDisabled = false, isCompact = false, children } = props
  return (
    <div className={styles.field}>
      <Slider
        className={isCompact ? `${styles.slider} ${styles.compact}` : styles.slider}
        value={value}
        minValue={bound.min}
        maxValue={bound.max}
        step={bound.step}
        onChange={onChange}
        isDisabled={isDisabled}
      >
        <Label>{label}</Label>
        <SliderOutput className={styles.output}>{() => show(value)}</SliderOutput>
        <SliderTrack className={styles.rail}>
          {({ state }) => (
            <>
              <span className={styles.fill} style={{ width: `${state.getThumbPercent(0) * 100}%` }} />
              <SliderThumb className={styles.thumb} />
            </>
          )}
        </SliderTrack>
      </Slider>
      {children && <p className={styles.note}>{children}</p>}
    </div>
  )
}

interface SelectProps {
  readonly label: string
  /** The label is for screen readers only. */
  readonly isLabelHidden?: boolean
  readonly value: string
  readonly options: readonly { readonly id: string; readonly title: string }[]
  readonly onChange: (id: string) => void
}

/** A choice of one of several options. */
export function SelectField({ label, isLabelHidden = false, value, options, onChange }: SelectProps) {
  return (
    <Select
      className={styles.select}
      value={value}
      onChange={(key) => {
        if (key !== null) onChange(String(key))
      }}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {!isLabelHidden && <Label>{label}</Label>}
      <Button className={styles.choice}>
        <SelectValue className={styles.value} />
        <Icon name="down" />
      </Button>
      <Popover className={styles.popover}>
        <ListBox className={styles.list} items={options}>
          {({ id, title }) => (
            <ListBoxItem id={id} textValue={title} className={styles.option}>
              {({ isSelected }) => (
                <>
                  <span>{title}</span>
                  {isSelected && <Icon name="check" />}
                </>
              )}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  )
}

interface AddressProps {
  readonly ref?: Ref<HTMLInputElement>
  readonly label: ReactNode
  readonly value: string
  readonly placeholder?: string
  readonly onChange: (address: string) => void
  /** Stands beside the field. */
  readonly children?: ReactNode
}

/** A text field for a URL, or for a name that stands for one. */
export function AddressField({ ref, label, value, placeholder, onChange, children }: AddressProps) {
  const id = useId()
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.note}>
        {label}
      </label>
      <div className={styles.line}>
        <input
          ref={ref}
          id={id}
          className={styles.address}
          type="text"
          inputMode="url"
          autoComplete="url"
          spellCheck={false}
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
        {children}
      </div>
    </div>
  )
}
