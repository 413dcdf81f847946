import { useId } from 'react'
import type { TrackId } from '../../../affect/track.ts'
import { faceName } from '../../format.ts'
import type { FollowedTrack } from '../../session/faces-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './FaceList.module.css'
import { faceNumber, qualityWord, words } from './words.ts'

interface Props {
  readonly tracks: readonly FollowedTrack[]
  /** The one whose measures are shown. */
  readonly measured: TrackId | undefined
}

/** Who is read, of the faces that are followed: numbers, as on the picture. Arrow keys move between them. */
export function FaceList({ tracks, measured }: Props) {
  const { store, actions } = usePage().session
  const who = useStore(store, (state) => state.settings.faces.who)
  const group = useId()
  return (
    <fieldset className={styles.list}>
      <legend className="unseen">{who === 'all' ? words.whoIsShown : words.whoIsRead}</legend>
      {tracks.map((followed) => {
        const { track, isHere } = followed
        const word = qualityWord(followed)
        return (
          <label key={track} className={styles.face} data-gone={!isHere || undefined}>
            <input
              type="radio"
              name={group}
              className={styles.radio}
              aria-label={faceName(track)}
              checked={track === measured}
              onChange={() => actions.chooseFace(track)}
            />
            <span aria-hidden="true">{faceNumber(track)}</span>
            {word && <span className={styles.word}>{word}</span>}
          </label>
        )
      })}
    </fieldset>
  )
}
