import { useRef, useState } from 'react'
import { Dialog, DialogTrigger, Heading, Popover, Button as PressButton } from 'react-aria-components'
import { appUpdate } from '../../app-update.ts'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { useStore } from '../../store.ts'
import { useAnnounced } from '../../use-announced.ts'
import { usePage } from '../../view.ts'
import { NoticeActions } from './NoticeActions.tsx'
import styles from './NoticeChip.module.css'
import { noticeText } from './notice-text.ts'
import { type Notice, noticeKey, noticesOf } from './notices.ts'
import { words } from './words.ts'

/** What a person should know, as one chip: the weightiest notice by its title, all of them in full on a press. */
export function NoticeChip() {
  const { session } = usePage()
  const isUpdateReady = useStore(appUpdate.store, ({ isReady }) => isReady)
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set())
  const [isOpen, setOpen] = useState(false)
  const place = useRef<HTMLFieldSetElement>(null)
  const list = useRef<HTMLElement>(null)
  // As text: the session changes many times a second, and its notices hardly ever.
  const told = useStore(session.store, (state) => JSON.stringify(noticesOf(state, isUpdateReady)))
  const notices = (JSON.parse(told) as readonly Notice[]).filter((notice) => !dismissed.has(noticeKey(notice)))
  const dismiss = (notice: Notice) => {
    if (notice.kind === 'lost-load') session.actions.dismissLostLoad()
    else if (notice.kind === 'evicted') session.actions.dismissEvicted()
    else setDismissed((before) => new Set([...before, noticeKey(notice)]))
    if (notices.length > 1) {
      // The pressed button goes with its notice: keys go on to the list, which Escape closes.
      list.current?.focus()
      return
    }
    setOpen(false)
    // The chip goes with the last notice: whoever uses keys goes on where it stood.
    place.current?.focus()
  }
  // Alone of the notices it is spoken: it comes at any time, and only a person can act on it.
  useAnnounced(isUpdateReady ? words.update.title : '')
  const first = notices.at(0)
  return (
    <fieldset ref={place} aria-label={words.notices} tabIndex={-1} className={styles.place}>
      {first && (
        <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
          <PressButton className={styles.chip} data-tone={noticeText(first).tone}>
            <Icon name={noticeText(first).tone === 'warn' ? 'warn' : 'help'} />
            <span className={styles.title}>{noticeText(first).title}</span>
            {notices.length > 1 && <span className={styles.more}>{words.more(notices.length - 1)}</span>}
          </PressButton>
          <Popover className={styles.popover} placement="top start">
            <Dialog ref={list} className={styles.list} aria-label={words.notices}>
              {notices.map((notice) => (
                <Details
                  key={noticeKey(notice)}
                  notice={notice}
                  onDone={() => setOpen(false)}
                  onDismiss={() => dismiss(notice)}
                />
              ))}
            </Dialog>
          </Popover>
        </DialogTrigger>
      )}
    </fieldset>
  )
}

interface DetailsProps {
  readonly notice: Notice
  readonly onDone: () => void
  readonly onDismiss: () => void
}

function Details({ notice, onDone, onDismiss }: DetailsProps) {
  const { title, cause, action, tone } = noticeText(notice)
  return (
    <section className={styles.notice} data-tone={tone}>
      <Heading level={3} className={styles.heading}>
        {title}
      </Heading>
      {cause && <p>{cause}</p>}
      {action && <p className={styles.quiet}>{action}</p>}
      <div className={styles.actions}>
        <NoticeActions notice={notice} onDone={onDone} />
        <Button kind="quiet" className={styles.small} aria-label={words.dismissNamed(title)} onClick={onDismiss}>
          {words.dismiss}
        </Button>
      </div>
    </section>
  )
}
