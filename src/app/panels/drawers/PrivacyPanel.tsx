import { Group } from '../../controls/Facts.tsx'
import styles from './Panels.module.css'
import { words } from './words.ts'

const { stays, reading, measure, notFor, others } = words.privacy

/** Says where the data is, and what a reading must not be taken for. */
export function PrivacyPanel() {
  return (
    <>
      {[stays, reading, measure, notFor].map(({ title, points }) => (
        <Group key={title} title={title}>
          <ul className={styles.points}>
            {points.map((point) => (
              <li key={point}>{point}</li>
            ))}
          </ul>
        </Group>
      ))}
      <Group title={others.title}>
        <p className={styles.note}>
          {others.note} <a href="./NOTICE.txt">{others.notice}</a>.
        </p>
      </Group>
    </>
  )
}
