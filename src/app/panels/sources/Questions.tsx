import { useEffect } from 'react'
import { answerReplace } from '../../actions.ts'
import { Question } from '../../controls/Drawer.tsx'
import type { SourceProblem } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from '../drawers/Panels.module.css'
import { words } from './words.ts'

/** Asked once, before the first use of the camera. */
export function ConsentQuestion() {
  const { session, view } = usePage()
  const isOpen = useStore(view, (state) => state.question === 'consent')
  const close = () => view.update({ question: undefined })
  useEffect(() => {
    if (isOpen) session.actions.expectCamera()
  }, [isOpen, session])
  return (
    <Question
      title={words.consent.title}
      isOpen={isOpen}
      onClose={close}
      answer={words.consent.answer}
      onAnswer={() => {
        close()
        session.actions.giveCameraConsent()
        void session.actions.openCamera()
      }}
    >
      <ul className={styles.points}>
        {words.consent.points.map((point) => (
          <li key={point}>{point}</li>
        ))}
      </ul>
      <p className={styles.note}>{words.consent.note}</p>
    </Question>
  )
}

/** Asked before everything is erased. */
export function EraseQuestion() {
  const { session, view } = usePage()
  const isOpen = useStore(view, (state) => state.question === 'erase')
  const count = useStore(session.store, (state) => state.recording.length)
  const close = () => view.update({ question: undefined })
  return (
    <Question
      title={words.erase.title}
      isOpen={isOpen}
      onClose={close}
      answer={words.erase.answer}
      isDangerous
      onAnswer={() => {
        view.update({ question: undefined, panel: undefined, review: undefined, pointed: undefined })
        session.actions.erase()
      }}
    >
      <p>{words.erase.text(count)}</p>
    </Question>
  )
}

/** Asked before another source ends a camera or a screen that is being read. */
export function ReplaceQuestion() {
  const page = usePage()
  const isOpen = useStore(page.view, (state) => state.question === 'replace')
  const waiting = useStore(page.view, (state) => state.waitingAction)
  const kind = useStore(page.session.store, ({ source }) => (source?.kind === 'screen' ? 'screen' : 'camera'))
  const answers: Readonly<Record<string, string>> = words.replace.answer satisfies Record<SourceProblem['at'], string>
  return (
    <Question
      title={words.replace.title[kind]}
      isOpen={isOpen}
      onClose={() => answerReplace(page, false)}
      decline={words.replace.keep[kind]}
      answer={answers[waiting ?? ''] ?? ''}
      isDangerous
      onAnswer={() => answerReplace(page, true)}
    >
      <p>{words.replace.text[kind]}</p>
    </Question>
  )
}
