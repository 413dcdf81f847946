import { useEffect, useState } from 'react'
import { type ShownWait, serverWaitText } from '../server-wait.ts'
import styles from './ServerWaitNote.module.css'

/** Counts down how long a server is left alone; the way out is the button of what waits. */
export function ServerWaitNote({ wait: { untilMs, isTold } }: { readonly wait: ShownWait }) {
  const [nowMs, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return (
    // A timer's figures are not spoken as they change.
    <p className={styles.note} role="timer">
      {serverWaitText({ ms: untilMs - nowMs, isTold })}
    </p>
  )
}
