import { useEffect } from 'react'
import { Question } from '../../controls/Drawer.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from '../drawers/Panels.module.css'

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
      title="Before the camera starts"
      isOpen={isOpen}
      onClose={close}
      answer="I agree, use my camera"
      onAnswer={() => {
        close()
        session.actions.giveCameraConsent()
        void session.actions.openCamera()
      }}
    >
      <ul className={styles.points}>
        <li>Frames stay on this device. Nothing is recorded unless you download it.</li>
        <li>Readings describe apparent expressions, not what anybody feels.</li>
        <li>Not for use at work or in education. Everybody in the picture should agree.</li>
      </ul>
      <p className={styles.note}>
        A red dot shows as long as the camera is on. Stop ends it; Erase forgets everything that was read.
      </p>
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
      title="Erase everything?"
      isOpen={isOpen}
      onClose={close}
      answer="Erase"
      isDangerous
      onAnswer={() => {
        view.update({ question: undefined, panel: undefined, review: undefined, pointed: undefined })
        session.actions.erase()
      }}
    >
      <p>
        {count === 1 ? 'One reading' : `${count} readings`} with all frames will be forgotten, and camera or screen
        sharing ends. This cannot be undone. The model stays.
      </p>
    </Question>
  )
}
