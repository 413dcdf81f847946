import type { ComponentProps } from 'react'
import styles from './Button.module.css'

interface Looks {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  /** Square, for a sign alone; give it an `aria-label`. */
  readonly isSquare?: boolean | undefined
}

/** The page's one kind of button, in four weights. */
export function Button({ kind = 'plain', isSquare, className, ...props }: ComponentProps<'button'> & Looks) {
  return <button type="button" {...props} className={buttonClass({ kind, isSquare }, className)} />
}

/** For what looks like a button and is made elsewhere. */
export function buttonClass({ kind = 'plain', isSquare }: Looks, more?: string): string {
  return [styles.button, styles[kind], isSquare && styles.square, more].filter(Boolean).join(' ')
}
