import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { narrow, useMedia } from '../use-media.ts'
import { Button } from './Button.tsx'
import styles from './Drawer.module.css'
import { Icon } from './Icon.tsx'
import { useSheetDrag } from './use-sheet-drag.ts'
import { words } from './words.ts'

interface Props {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
}

interface DrawerProps extends Props {
  /** On small screens it stays below the picture, which is not dimmed: what it changes is seen there. */
  readonly isLow?: boolean
}

/**
 * A panel that slides in beside the video; on small screens it comes from below, and a finger drags it down again by its
 * head. Closes on Escape and outside.
 */
export function Drawer({ title, isOpen, onClose, isLow = false, children }: DrawerProps) {
  const dialog = useRef<HTMLElement>(null)
  const drawer = useRef<HTMLDivElement>(null)
  const isSheet = useMedia(narrow)
  const drag = useSheetDrag(drawer, isSheet, onClose)
  useEscapeWithoutFocus(dialog, isOpen, onClose)
  return (
    <ModalOverlay
      className={styles.scrim}
      data-clear={isLow || undefined}
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable
    >
      <Modal ref={drawer} className={styles.drawer} data-low={isLow || undefined}>
        <Dialog ref={dialog} className={styles.dialog}>
          <header className={styles.head} data-grip={isSheet || undefined} {...drag}>
            <Heading slot="title" className={styles.title}>
              {title}
            </Heading>
            <Button kind="quiet" isSquare aria-label={words.close(title)} onClick={onClose}>
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
  /** Default: `Not now` */
  readonly decline?: string
  readonly onAnswer: () => void
  readonly isDangerous?: boolean
}

/** A question in the middle of the page; if one answer destroys something, the other one has the focus. */
export function Question(props: QuestionProps) {
  const { title, isOpen, onClose, children, answer, decline = words.notNow, onAnswer, isDangerous = false } = props
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
              {decline}
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
