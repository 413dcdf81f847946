import { useEffect, useMemo, useState } from 'react'
import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Message } from '../../controls/Message.tsx'
import { faceName, formatTime } from '../../format.ts'
import { type FacesState, measuredFace } from '../../session/faces-state.ts'
import type { Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { FaceList } from './FaceList.tsx'
import styles from './FacesPanel.module.css'
import { FaceNews } from './face-news.ts'
import { Lanes } from './Lanes.tsx'
import { MeasuresTable } from './MeasuresTable.tsx'
import { eventText, neutralText } from './words.ts'

/** Of the newest events, so many are named. */
const namedEvents = 4

/** Who is followed in the picture, who of them is read, and what is measured of that face. */
export function FacesPanel({ source }: { readonly source: Source }) {
  const { store } = usePage().session
  const faces = useStore(store, (state) => state.faces)
  const shownTrack = useStore(store, (state) => state.shownTrack)
  const { status, tracks, events } = faces
  const followed = measuredFace(faces, shownTrack)
  const track = followed?.track
  const shown = useMemo(() => tracks.filter((each) => each.isHere || each.track === track), [tracks, track])
  return (
    <section className={styles.panel} aria-labelledby="measured-title">
      <div className={styles.head}>
        <h2 id="measured-title" className={styles.title}>
          Measured{track === undefined ? '' : `: ${faceName(track)}`}
        </h2>
        <Toggles />
      </div>
      {source.kind === 'file' && status.state !== 'failed' && <Progress status={status} />}
      {status.state === 'failed' ? (
        <Message tone="warn" title="Faces are not followed; the reading of the picture goes on" error={status.error} />
      ) : (
        <>
          <div className={styles.who}>
            {shown.length > 0 ? (
              <FaceList tracks={shown} measured={track} />
            ) : (
              <p className={styles.none}>{noneText(status, source)}</p>
            )}
          </div>
          <Lanes source={source} track={track} />
          <div className={styles.notes}>
            <p className={styles.events}>
              {events
                .filter((event) => event.track === track)
                .slice(-namedEvents)
                .reverse()
                .map((event) => (
                  <span key={`${event.kind} ${event.startS}`}>{eventText(event)}</span>
                ))}
            </p>
            <p className={styles.note}>
              {followed ? neutralText(followed) : 'Movement is measured against a face at rest.'}
            </p>
            <NeutralButton />
          </div>
          <MeasuresTable source={source} track={track} />
        </>
      )}
      <News faces={faces} />
    </section>
  )
}

function noneText({ state }: FacesState['status'], { kind }: Source): string {
  if (state === 'loading') return 'The networks that find faces are being loaded.'
  if (state === 'measured') return 'No face was found in this file.'
  const help: Readonly<Record<Source['kind'], string>> = {
    camera: ' Look into the camera, come closer, or turn on a light.',
    screen: ' A face must be large and bright enough, and not seen strictly from the side.',
    file: ' A face must be large and bright enough, and not seen strictly from the side.',
    drawn: '',
    stopped: '',
  }
  return `No face found yet.${help[kind]}`
}

/** Outlines and mesh over the picture. */
function Toggles() {
  const { store, actions } = usePage().session
  const settings = useStore(store, (state) => state.settings.faces)
  const toggles = [
    { title: 'Outlines', name: 'areOutlinesShown' },
    { title: 'Mesh', name: 'isMeshShown' },
  ] as const
  return (
    <div className={styles.toggles}>
      {toggles.map(({ title, name }) => (
        <button
          key={name}
          type="button"
          className={styles.toggle}
          aria-pressed={settings[name]}
          onClick={() => actions.changeSettings({ faces: { ...settings, [name]: !settings[name] } })}
        >
          {title}
        </button>
      ))}
    </div>
  )
}

/** How far a file is measured. It stays when that is done, so that nothing moves. */
function Progress({ status }: { readonly status: FacesState['status'] }) {
  const [doneS, totalS] = status.state === 'measuring' ? [status.doneS, status.totalS] : [0, 0]
  const isDone = status.state === 'measured'
  const text = status.state === 'measuring' ? `Measuring: ${formatTime(doneS)} of ${formatTime(totalS)}` : ''
  return (
    <div className={styles.progress}>
      <progress
        className={styles.bar}
        value={isDone ? 1 : doneS}
        max={isDone || totalS <= 0 ? 1 : totalS}
        aria-labelledby="measuring"
      />
      <p id="measuring" className={styles.measuring}>
        {isDone ? 'Measured to the end' : text || 'Not measured yet'}
      </p>
    </div>
  )
}

function NeutralButton() {
  const page = usePage()
  const { store } = page.session
  const action = actionOf('neutral')
  const isEnabled = useStore(store, action.isEnabled)
  const title = useStore(store, action.title)
  const areKeysOn = useStore(store, (state) => state.settings.areKeysOn)
  return (
    <Button
      className={styles.neutral}
      disabled={!isEnabled}
      aria-keyshortcuts={shortcutOf(action, areKeysOn)}
      onClick={() => runAction(page, action)}
    >
      {title}
    </Button>
  )
}

/** Tells screen readers that a face was found or lost. */
function News({ faces }: { readonly faces: FacesState }) {
  const [news] = useState(() => new FaceNews())
  const [text, setText] = useState('')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const take = () => {
      const taken = news.take(faces, performance.now())
      if (taken && 'text' in taken) setText(taken.text)
      else if (taken) timer = setTimeout(take, taken.againMs)
    }
    take()
    return () => clearTimeout(timer)
  }, [news, faces])
  return (
    <p className="unseen" aria-live="polite">
      {text}
    </p>
  )
}
