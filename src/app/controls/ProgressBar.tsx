import type { ComponentProps } from 'react'
import styles from './ProgressBar.module.css'

/** How far something is; without a value it moves, because that cannot be told. It is named by a label or what it says. */
export function ProgressBar(props: Omit<ComponentProps<'progress'>, 'className'>) {
  return <progress {...props} className={styles.bar} />
}
