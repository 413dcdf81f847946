import { shownName } from '../shown-name.ts'
import styles from './Name.module.css'

/**
 * A name that the page did not choose: of a file, a camera, a window. It stands on a line of its own with its own
 * writing direction; if it is too long its end is cut off, on whichever side that is.
 */
export function Name({ children, className }: { readonly children: string; readonly className?: string | undefined }) {
  const name = shownName(children)
  return (
    <bdi className={[styles.name, className].filter(Boolean).join(' ')} dir="auto" title={name}>
      {name}
    </bdi>
  )
}
