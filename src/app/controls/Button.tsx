import type { ComponentProps } from 'react'
import styles from './Button.module.css'

interface Looks {
  readonly kind?: 'primary' | 'plain' | 'quiet' | 'danger'
  /** Square, for an icon without words; needs an `aria-label`. */
  readonly isSquare?: boolean | undefined
}

/** The page's one kind of button, in four weights. */
export function Button({ kind = 'plain', isSquare, className, ...props }: ComponentProps<'button'> & Looks) {
  return <button type="button" {...props} className={buttonClass({ kind, isSquare }, className)} />
}

/** Class names for an element that must look like a button but is another component. */
export function buttonClass({ kind = 'plain', isSquare }: Looks, more?: string): string {
  return [styles.button, styles[kind], isSquare && styles.square, more].filter(Boolean).join(' ')
}
