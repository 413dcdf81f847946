import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { ProgressBar } from '../../controls/ProgressBar.tsx'
import { formatTime } from '../../format.ts'
import { type FacesState, measuredFace } from '../../session/faces-state.ts'
import type { Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './AllMeasures.module.css'
import { MeasuresTable } from './MeasuresTable.tsx'
import { eventText, neutralText, trackWords, words } from './words.ts'

/** So many of the newest events are named. */
const namedEvents = 8

/** All that is measured of the face whose lanes are shown: each unit, its movements, and against what it is measured. */
export function AllMeasures({ source }: { readonly source: Source }) {
  const { store } = usePage().session
  const faces = useStore(store, (state) => state.faces)
  const shownTrack = useStore(store, (state) => state.shownTrack)
  const followed = measuredFace(faces, shownTrack)
  const track = followed?.track
  const flaws = followed ? trackWords(followed) : ''
  const events = faces.events
    .filter((event) => event.track === track)
    .slice(-namedEvents)
    .reverse()
  return (
    <div className={styles.measures}>
      {source.kind === 'file' && faces.status.state !== 'failed' && <Progress status={faces.status} />}
      <div className={styles.neutral}>
        <p className={styles.note}>{followed ? neutralText(followed) : words.atRest}</p>
        <NeutralButton />
      </div>
      {flaws && <p className={styles.note}>{flaws}</p>}
      <section aria-labelledby="events-title">
        <h3 id="events-title" className={styles.title}>
          {words.events}
        </h3>
        {events.length === 0 ? (
          <p className={styles.note}>{words.noEvents}</p>
        ) : (
          <ul className={styles.events}>
            {events.map((event) => (
              <li key={`${event.kind} ${event.startS}`}>{eventText(event)}</li>
            ))}
          </ul>
        )}
      </section>
      <MeasuresTable source={source} track={track} />
    </div>
  )
}

/** How far a file is measured. It stays when that is done, so that nothing moves. */
function Progress({ status }: { readonly status: FacesState['status'] }) {
  const [doneS, totalS] = status.state === 'measuring' ? [status.doneS, status.totalS] : [0, 0]
  const isDone = status.state === 'measured'
  const text = status.state === 'measuring' ? words.measuring(formatTime(doneS), formatTime(totalS)) : words.notMeasured
  return (
    <div className={styles.progress}>
      <ProgressBar value={isDone ? 1 : doneS} max={isDone || totalS <= 0 ? 1 : totalS} aria-labelledby="measuring" />
      <p id="measuring" className={styles.note}>
        {isDone ? words.measuredToEnd : text}
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
      disabled={!isEnabled}
      aria-keyshortcuts={shortcutOf(action, areKeysOn)}
      onClick={() => runAction(page, action)}
    >
      {title}
    </Button>
  )
}
