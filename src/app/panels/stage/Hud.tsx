import { figureRows } from '../../figure-rows.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { figureWords } from '../../words/figures.ts'
import styles from './Hud.module.css'

/** Figures in the corner of the video, switched by a key. */
export function Hud() {
  const { store } = usePage().session
  const isShown = useStore(store, (state) => state.settings.isHudShown)
  const figures = useStore(store, (state) => state.figures)
  if (!isShown) return null
  return (
    <dl className={styles.hud} aria-label={figureWords.figures}>
      {figureRows(figures).map(({ term, value }) => (
        <div key={term} className={styles.row}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
