import { useEffect, useState } from 'react'
import { type ShownWait, serverWaitText } from '../../server-wait.ts'
import styles from './ServerWaitNote.module.css'

/** Counts down until the server is asked again; the load or build that waits has the button to cancel. */
export function ServerWaitNote({ wait: { untilMs, isTold } }: { readonly wait: ShownWait }) {
  const [nowMs, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [])
  return (
    // `role=timer`: screen readers do not read every change aloud.
    <p className={styles.note} role="timer">
      {serverWaitText({ ms: untilMs - nowMs, isTold })}
    </p>
  )
}
