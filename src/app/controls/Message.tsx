import type { ReactNode } from 'react'
import type { VidemoError } from '../../base/errors.ts'
import styles from './Message.module.css'
import { words } from './words.ts'

type Tone = 'info' | 'warn' | 'danger'

interface Props {
  readonly tone: Tone
  readonly title?: string
  readonly error?: Pick<VidemoError, 'message' | 'action'> & { readonly code?: string }
  readonly children?: ReactNode
}

/** What happened and what to do; a problem is announced at once. */
export function Message({ tone, title, error, children }: Props) {
  return (
    <div className={styles.message} data-tone={tone} role={tone === 'danger' ? 'alert' : undefined}>
      <p className={styles.title}>{title ?? words.tones[tone]}</p>
      {error && (
        <>
          <p>{error.message}</p>
          <p className={styles.action}>
            {error.action}
            {error.code && <code className={styles.code}> {error.code}</code>}
          </p>
        </>
      )}
      {children}
    </div>
  )
}
