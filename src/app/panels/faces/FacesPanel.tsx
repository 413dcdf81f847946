import { Suspense, useMemo, useState } from 'react'
import { Button } from '../../controls/Button.tsx'
import { Drawer } from '../../controls/Drawer.tsx'
import { Message } from '../../controls/Message.tsx'
import { faceName } from '../../format.ts'
import { lazyComponent } from '../../lazy-component.tsx'
import { type FacesState, measuredFace } from '../../session/faces-state.ts'
import type { Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { narrow, useMedia } from '../../use-media.ts'
import { usePage } from '../../view.ts'
import { FaceList } from './FaceList.tsx'
import styles from './FacesPanel.module.css'
import { Lanes } from './Lanes.tsx'
import { firstLanes } from './lane-choice.ts'
import { words } from './words.ts'

const AllMeasures = lazyComponent(async () => (await import('./AllMeasures.tsx')).AllMeasures)

/** On narrow screens, so many lanes. */
const fewLanes = 2

/** Who is followed in the picture, who of them is read, and what is measured of that face. */
export function FacesPanel({ source }: { readonly source: Source }) {
  const { store } = usePage().session
  const faces = useStore(store, (state) => state.faces)
  const shownTrack = useStore(store, (state) => state.shownTrack)
  const isNarrow = useMedia(narrow)
  const [isOpen, setIsOpen] = useState(false)
  const { status, tracks } = faces
  const track = measuredFace(faces, shownTrack)?.track
  const shown = useMemo(() => tracks.filter((each) => each.isHere || each.track === track), [tracks, track])
  const none = shown.length === 0 && noneText(status, source)
  return (
    <section className={styles.panel} aria-labelledby="measured-title">
      <div className={styles.head}>
        <h2 id="measured-title" className={styles.title} aria-label={track && words.titleOf(faceName(track))}>
          {words.title}
        </h2>
        <p className={styles.rate}>{source.kind === 'file' ? words.rateFile : words.rateLive}</p>
        {shown.length > 0 && status.state !== 'failed' && <FaceList tracks={shown} measured={track} />}
        {(status.state !== 'off' || tracks.length > 0) && (
          <Button kind="quiet" className={styles.all} aria-haspopup="dialog" onClick={() => setIsOpen(true)}>
            {words.allMeasures}
          </Button>
        )}
      </div>
      {status.state === 'failed' ? (
        <div className={styles.failed}>
          <Message tone="warn" title={words.failed} error={status.error} />
        </div>
      ) : (
        <div className={styles.place}>
          <Lanes
            key={String(isNarrow)}
            source={source}
            track={track}
            first={firstLanes.slice(0, isNarrow ? fewLanes : undefined)}
          />
          {none && <p className={styles.none}>{none}</p>}
        </div>
      )}
      <Drawer title={words.allMeasures} isOpen={isOpen} onClose={() => setIsOpen(false)}>
        <Suspense fallback={<div className={styles.room} />}>
          <AllMeasures source={source} />
        </Suspense>
      </Drawer>
    </section>
  )
}

function noneText({ state }: FacesState['status'], { kind }: Source): string {
  if (state === 'loading') return words.loading
  if (state === 'measured') return words.noneInFile
  if (state === 'off') return kind === 'stopped' ? words.none.stopped : kind === 'drawn' ? words.yourOwn : words.off
  return words.none[kind]
}
