import { useId } from 'react'
import type { TrackId } from '../../../affect/track.ts'
import { faceName } from '../../format.ts'
import type { FollowedTrack } from '../../session/faces-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './FaceList.module.css'
import { trackWords } from './words.ts'

interface Props {
  readonly tracks: readonly FollowedTrack[]
  /** The one whose measures are shown. */
  readonly measured: TrackId | undefined
}

/** Who is read, of the faces that are followed. Arrow keys move between them. */
export function FaceList({ tracks, measured }: Props) {
  const { store, actions } = usePage().session
  const who = useStore(store, (state) => state.settings.faces.who)
  const group = useId()
  return (
    <fieldset className={styles.list}>
      <legend className="unseen">
        {who === 'all' ? 'All faces are read in turn; which one is shown' : 'Which face is read'}
      </legend>
      {tracks.map((followed) => {
        const { track, isHere } = followed
        const words = trackWords(followed)
        return (
          <label key={track} className={styles.face} data-gone={!isHere || undefined}>
            <input
              type="radio"
              name={group}
              className={styles.radio}
              checked={track === measured}
              onChange={() => actions.chooseFace(track)}
            />
            <span className={styles.name}>{faceName(track)}</span>
            {words && <span className={styles.words}>{words}</span>}
          </label>
        )
      })}
    </fieldset>
  )
}
