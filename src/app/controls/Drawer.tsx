import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { Button } from './Button.tsx'
import styles from './Drawer.module.css'
import { Icon } from './Icon.tsx'

interface Props {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A panel that slides in beside the video; on small screens it comes from below. Closes on Escape and outside. */
export function Drawer({ title, isOpen, onClose, children }: Props) {
  const dialog = useRef<HTMLElement>(null)
  useEscapeWithoutFocus(dialog, isOpen, onClose)
  return (
    <ModalOverlay className={styles.scrim} isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className={styles.drawer}>
        <Dialog ref={dialog} className={styles.dialog}>
          <header className={styles.head}>
            <Heading slot="title" className={styles.title}>
              {title}
            </Heading>
            <Button kind="quiet" isSquare aria-label={`Close ${title}`} onClick={onClose}>
              <Icon name="close" />
            </Button>
          </header>
          <div className={styles.body}>{children}</div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

/**
 * Keeps Escape working. A control that had the focus may be removed or disabled while it works; keys then go to the
 * page's body and not to the dialog, which would not close.
 */
function useEscapeWithoutFocus(dialog: RefObject<HTMLElement | null>, isOpen: boolean, onClose: () => void): void {
  useEffect(() => {
    if (!isOpen) return
    const close = ({ key, target }: KeyboardEvent) => {
      const top = [...document.querySelectorAll('[role=dialog], [role=alertdialog]')].at(-1)
      const isUnheard = target === document.body || (target instanceof HTMLButtonElement && target.disabled)
      if (key === 'Escape' && isUnheard && top === dialog.current) onClose()
    }
    document.addEventListener('keydown', close)
    return () => document.removeEventListener('keydown', close)
  }, [dialog, isOpen, onClose])
}

interface QuestionProps extends Omit<Props, 'children'> {
  readonly children: ReactNode
  readonly answer: string
  readonly onAnswer: () => void
  readonly isDangerous?: boolean
}

/** A question in the middle of the page; if one answer destroys something, the other one has the focus. */
export function Question({ title, isOpen, onClose, children, answer, onAnswer, isDangerous = false }: QuestionProps) {
  return (
    <ModalOverlay className={styles.scrim} isOpen={isOpen} onOpenChange={(open) => !open && onClose()} isDismissable>
      <Modal className={styles.question}>
        <Dialog className={styles.dialog} role={isDangerous ? 'alertdialog' : 'dialog'}>
          <Heading slot="title" className={styles.title}>
            {title}
          </Heading>
          <div className={styles.words}>{children}</div>
          <div className={styles.answers}>
            <Button onClick={onClose} autoFocus={isDangerous}>
              Not now
            </Button>
            <Button kind={isDangerous ? 'danger' : 'primary'} autoFocus={!isDangerous} onClick={onAnswer}>
              {answer}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
