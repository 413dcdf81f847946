import { useEffect, useRef, useState } from 'react'
import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import { Name } from '../../controls/Name.tsx'
import { isActive } from '../../run-text.ts'
import { hasWaiting } from '../../session/file-queue.ts'
import type { QueuedFile } from '../../session/queued-file.ts'
import { isolatedName } from '../../shown-name.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './FileList.module.css'
import { words } from './words.ts'

/** The files that are read one after the other: one line, and a list of them that opens over the picture. */
export function FileList() {
  const page = usePage()
  const { store, actions } = page.session
  const queue = useStore(store, (state) => state.queue)
  const run = useStore(store, (state) => state.run)
  const areKeysOn = useStore(store, (state) => state.settings.areKeysOn)
  const isAnyWaiting = useStore(store, hasWaiting)
  const canSkip = useStore(store, actionOf('skip').isEnabled)
  const [isOpen, setOpen] = useState(false)
  const list = useRef<HTMLOListElement>(null)
  const title = useRef<HTMLHeadingElement>(null)
  const index = queue.findIndex(({ progress }) => progress.state === 'reading')

  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is rendered when it is opened
  useEffect(() => {
    const row = list.current?.children[index]
    // `scrollIntoView` would scroll the page, too.
    if (list.current && row instanceof HTMLElement) list.current.scrollTop = row.offsetTop - 36
  }, [index, isOpen])

  if (queue.length < 2) return null
  const done = queue.filter(({ progress }) => progress.state !== 'waiting' && progress.state !== 'reading').length
  const remove = (id: number) => {
    actions.removeFile(id)
    // The focused button was removed with its file, so the focus must go elsewhere.
    title.current?.focus()
  }
  return (
    <section className={styles.files} aria-labelledby="files-title">
      <div className={styles.head}>
        <h2 id="files-title" ref={title} className={styles.title} tabIndex={-1}>
          {words.files}
        </h2>
        <p className={styles.count}>
          {index >= 0 ? words.fileOf(index + 1, queue.length) : words.filesDone(done, queue.length)}
        </p>
        <Button
          kind="quiet"
          isSquare
          className={styles.opener}
          aria-expanded={isOpen}
          aria-label={isOpen ? words.hideList : words.showList}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="down" />
        </Button>
        <div className={styles.tools}>
          {isAnyWaiting &&
            (index >= 0 && isActive(run) ? (
              <Button
                kind="quiet"
                disabled={!canSkip}
                onClick={() => runAction(page, actionOf('skip'))}
                aria-keyshortcuts={shortcutOf(actionOf('skip'), areKeysOn)}
              >
                <Icon name="right" />
                <span className={styles.word}>{words.skip}</span>
              </Button>
            ) : (
              <Button kind="quiet" onClick={() => void actions.readWaiting()}>
                <Icon name="play" />
                <span className={styles.word}>{words.readRest}</span>
              </Button>
            ))}
          <Button kind="quiet" onClick={() => actions.clearFiles()}>
            <Icon name="close" />
            <span className={styles.word}>{isAnyWaiting ? words.removeRest : words.closeList}</span>
          </Button>
        </div>
      </div>
      {isOpen && (
        <ol ref={list} className={styles.list}>
          {queue.map((item) => (
            <Row key={item.id} item={item} onRemove={() => remove(item.id)} />
          ))}
        </ol>
      )}
    </section>
  )
}

const icons: Readonly<Record<QueuedFile['progress']['state'], IconName>> = {
  waiting: 'waiting',
  reading: 'play',
  read: 'check',
  stopped: 'stop',
  failed: 'wrong',
}

function Row({ item, onRemove }: { readonly item: QueuedFile; readonly onRemove: () => void }) {
  const { name, progress } = item
  return (
    <li
      className={styles.row}
      data-state={progress.state}
      aria-current={progress.state === 'reading' ? 'true' : undefined}
    >
      <Icon name={icons[progress.state]} isFilled={progress.state === 'reading'} />
      <Name className={styles.name}>{name}</Name>
      <span className={styles.state}>{words.fileState[progress.state]}</span>
      {progress.state === 'waiting' && (
        <button
          type="button"
          className={styles.remove}
          aria-label={words.removeFile(isolatedName(name))}
          onClick={onRemove}
        >
          <Icon name="close" />
        </button>
      )}
      {progress.state === 'failed' && (
        <p className={styles.error}>
          {progress.error.message} {progress.error.action} <code>{progress.error.code}</code>
        </p>
      )}
    </li>
  )
}
