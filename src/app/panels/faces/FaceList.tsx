import { useId } from 'react'
import type { FollowedTrack } from '../../session/faces-state.ts'
import type { SessionState } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './FaceList.module.css'
import { faceName, trackWords } from './words.ts'

interface Props {
  readonly tracks: readonly FollowedTrack[]
  readonly chosen: SessionState['faces']['chosen']
}

/** Who is read, of the faces that are followed. Arrow keys move between them. */
export function FaceList({ tracks, chosen }: Props) {
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
              checked={track === chosen}
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
