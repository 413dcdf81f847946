import { Suspense } from 'react'
import { Button } from '../../controls/Button.tsx'
import { Drawer } from '../../controls/Drawer.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { lazyComponent } from '../../lazy-component.tsx'
import { isActive } from '../../run-text.ts'
import { isLive } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { narrow, useMedia } from '../../use-media.ts'
import { usePage } from '../../view.ts'
import { PlayButton } from './PlayButton.tsx'
import { showNewest } from './playing.ts'
import styles from './Timeline.module.css'
import { Track } from './Track.tsx'
import { type TimelineFacts, useTimeline } from './use-timeline.ts'
import { words } from './words.ts'

const RecordingList = lazyComponent(async () => (await import('./RecordingList.tsx')).RecordingList)

/** The readings of the source on show over its time, and a way to the earlier ones. */
export function Timeline() {
  const page = usePage()
  const { session, view } = page
  const source = useStore(session.store, (state) => state.source)
  const hasReadings = useStore(session.store, (state) => state.recording.length > 0)
  const isNarrow = useMedia(narrow)
  const isSheetOpen = useStore(view, (state) => state.sheet === 'timeline')
  const timeline = useTimeline(source)
  if (!source && !hasReadings) return null
  const close = () => view.update({ sheet: undefined })
  return (
    <section className={styles.timeline} aria-labelledby="timeline-title">
      <h2 id="timeline-title" className="unseen">
        {words.title}
      </h2>
      {source?.kind === 'file' && <PlayButton />}
      <Track timeline={timeline} isBrief={isNarrow} />
      <div className={styles.tools}>
        <NewestButton isLive={isLive(source)} />
        <EarlierButton isNarrow={isNarrow} />
      </div>
      <Drawer title={isNarrow ? words.sheet : words.earlier} isOpen={isSheetOpen} onClose={close}>
        {isNarrow && <InSheet timeline={timeline} />}
        <Suspense fallback={<div className={styles.room} />}>
          <RecordingList onShow={close} />
        </Suspense>
      </Drawer>
    </section>
  )
}

function InSheet({ timeline }: { readonly timeline: TimelineFacts }) {
  return (
    <div className={styles.inSheet}>
      <Track timeline={timeline} />
    </div>
  )
}

/** Back to what is captured or read now. Its room is kept while there is nothing to come back to. */
function NewestButton({ isLive }: { readonly isLive: boolean }) {
  const page = usePage()
  const isReviewing = useStore(page.view, ({ review }) => review !== undefined)
  const isRead = useStore(page.session.store, ({ run, source }) => isActive(run) || (source && source.kind !== 'file'))
  const isOther = useStore(page.view, ({ review }) => review?.kind === 'reading')
  return (
    <Button
      kind="quiet"
      className={styles.newest}
      data-live={isLive || undefined}
      style={{ visibility: isReviewing && (isRead || isOther) ? undefined : 'hidden' }}
      aria-label={isLive ? words.backToLive : words.backToNewest}
      onClick={() => showNewest(page)}
    >
      {isLive ? words.live : words.newest}
    </Button>
  )
}

function EarlierButton({ isNarrow }: { readonly isNarrow: boolean }) {
  const { session, view } = usePage()
  const count = useStore(session.store, (state) => state.recording.length)
  return (
    <Button
      kind="quiet"
      className={styles.earlier}
      disabled={count === 0}
      aria-haspopup="dialog"
      aria-label={words.earlierCount(count)}
      onClick={() => view.update({ sheet: 'timeline' })}
    >
      <Icon name="list" />
      {!isNarrow && words.earlier}
      <span className={styles.count}>{count}</span>
    </Button>
  )
}
