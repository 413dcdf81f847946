import { shownName } from '../shown-name.ts'
import styles from './Name.module.css'

/**
 * A name that somebody else gave: of a file, a camera, a window. It is a line of its own, so that its direction is its
 * own, too: where it is too long its beginning stays, on whichever side that is.
 */
export function Name({ children, className }: { readonly children: string; readonly className?: string | undefined }) {
  const name = shownName(children)
  return (
    <bdi className={[styles.name, className].filter(Boolean).join(' ')} dir="auto" title={name}>
      {name}
    </bdi>
  )
}
