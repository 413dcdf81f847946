import { useId } from 'react'
import { Button } from '../controls/Button.tsx'
import { licenceText } from '../model-kind.ts'
import { type BusyLoad, loadText } from '../run-text.ts'
import { usePage } from '../view.ts'
import styles from './LoadProgress.module.css'

/** How far a model is loaded, under which licence, and the way to end it. */
export function LoadProgress({ load }: { readonly load: BusyLoad }) {
  const { session } = usePage()
  const textId = useId()
  const { name, text, share } = loadText(load)
  return (
    <div className={styles.loading}>
      <div className={styles.words}>
        <p id={textId}>
          Loading {name}
          <span className={styles.quiet}> · {text}</span>
          {load.state === 'downloading' && (
            <span className={styles.licence}>Licence: {licenceText(load.manifest)}</span>
          )}
        </p>
        <Button onClick={() => session.actions.cancelLoad()}>Cancel</Button>
      </div>
      <progress className={styles.bar} aria-labelledby={textId} {...(share === undefined ? {} : { value: share })} />
    </div>
  )
}
