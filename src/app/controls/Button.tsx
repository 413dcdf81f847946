import type { ComponentProps } from 'react'
import styles from './Button.module.css'

type Props = ComponentProps<'button'> & { readonly kind?: 'primary' | 'plain' }

/** The page's one kind of button, in two weights. */
export function Button({ kind = 'plain', className, ...props }: Props) {
  const classes = [styles.button, styles[kind], className].filter(Boolean).join(' ')
  return <button type="button" {...props} className={classes} />
}
