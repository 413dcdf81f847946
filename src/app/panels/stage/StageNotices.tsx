import { useState } from 'react'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { Message } from '../../controls/Message.tsx'
import { pictureText } from '../../picture-text.ts'
import type { Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './StageNotices.module.css'
import { words } from './words.ts'

/** What is wrong with the picture or its reading, over its lower edge: nothing around it moves. */
export function StageNotices({ source }: { readonly source: Source }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    // biome-ignore lint/a11y/useSemanticElements: these are no fields of a form
    <div className={styles.notices} tabIndex={0} role="group" aria-label={words.notices}>
      <FileNotices key={source.kind === 'file' ? source.url : source.kind} />
      <PictureNotice source={source} />
      <Failure />
    </div>
  )
}

/** Why the reading ended; the button below reads again. */
function Failure() {
  const { store } = usePage().session
  const error = useStore(store, ({ run, load }) => {
    // A lost model is reported where it can be loaded again, and not here as well.
    const isTold = run.state === 'failed' && load.state === 'failed' && load.error === run.error
    return run.state === 'failed' && !isTold ? run.error : undefined
  })
  return error && <Message tone="danger" title={words.readingEnded} error={error} />
}

/** Why a camera or a screen shows nothing at the moment. Announced politely, because it may pass. */
function PictureNotice({ source }: { readonly source: Source }) {
  const { store } = usePage().session
  const picture = useStore(store, (state) => state.picture)
  const text = pictureText(picture, source)
  if (!text) return null
  return (
    <Message tone="warn" title={text.title}>
      <p>{text.cause}</p>
      <p>{text.action}</p>
    </Message>
  )
}

/** Parts of a file that could not be read, and why; the reading goes on. */
function FileNotices() {
  const { store } = usePage().session
  const notices = useStore(store, (state) => state.fileNotices)
  // The next of them shows all of them again.
  const [seen, setSeen] = useState(0)
  if (notices.length <= seen) return null
  return (
    <div className={styles.dismissable}>
      <Message tone="warn" title={words.partlyReadable}>
        {notices.map((notice) => (
          <p key={notice}>{notice}</p>
        ))}
      </Message>
      <Button
        kind="quiet"
        isSquare
        className={styles.dismiss}
        aria-label={words.dismiss}
        onClick={() => setSeen(notices.length)}
      >
        <Icon name="close" />
      </Button>
    </div>
  )
}
