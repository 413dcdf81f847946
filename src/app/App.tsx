import { useEffect } from 'react'
import styles from './App.module.css'
import { AnswerCards } from './panels/AnswerCards.tsx'
import { Details } from './panels/Details.tsx'
import { EvidenceStrip } from './panels/EvidenceStrip.tsx'
import { Notices } from './panels/Notices.tsx'
import { SourcePanel } from './panels/SourcePanel.tsx'
import { StatusLine } from './panels/StatusLine.tsx'
import type { Session } from './session.ts'
import { useStore } from './store.ts'

/** The whole page. */
export function App({ session }: { readonly session: Session }) {
  const announcement = useStore(session.store, (state) => state.announcement)
  useStopKey(session)
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <img className={styles.mark} src="./icon.svg" alt="" width={32} height={32} />
        <div>
          <h1 className={styles.name}>VidEmo</h1>
          <p className={styles.purpose}>Reads faces in video, on your own GPU</p>
        </div>
      </header>
      <main className={styles.columns}>
        <div className={styles.watching}>
          <div className={styles.source}>
            <SourcePanel session={session} />
          </div>
          <div className={styles.evidence}>
            <EvidenceStrip session={session} />
          </div>
        </div>
        <section className={styles.reading} aria-labelledby="reading-title">
          <h2 id="reading-title" className={styles.title}>
            Reading
          </h2>
          <Notices session={session} />
          <AnswerCards session={session} />
        </section>
      </main>
      <footer className={styles.footer}>
        <div className={styles.status}>
          <StatusLine session={session} />
          <Details session={session} />
        </div>
        <p className={styles.promise}>
          Readings describe apparent expressions; not for use at work or in education. Nothing leaves this device.
        </p>
      </footer>
      <p className={styles.announcer} role="status" aria-live="polite">
        {announcement}
      </p>
    </div>
  )
}

/** Escape stops the reading, wherever the focus is. */
function useStopKey(session: Session): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) session.stop()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [session])
}
