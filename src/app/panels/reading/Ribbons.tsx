import type { ProbePoint } from '../../../affect/probes/smoothing.ts'
import { emotionHue, emotionWord } from '../../emotion-hue.ts'
import { formatPercent } from '../../format.ts'
import { ribbonS } from '../../probes.ts'
import styles from './Ribbons.module.css'
import { ribbonPath } from './ribbon-path.ts'
import { words } from './words.ts'

const box = { width: 600, height: 20, spanS: ribbonS }

interface Props {
  /** Name of the rows for screen readers. */
  readonly caption: string
  readonly labels: readonly string[]
  /** Probabilities of the labels over time, oldest first; empty before the first answer. */
  readonly points: readonly ProbePoint[]
}

/** How likely each label was over the last minute: one row a label, in a fixed order. */
export function Ribbons({ caption, labels, points }: Props) {
  const newest = points.at(-1)
  const highest = newest && Math.max(...newest.probabilities)
  return (
    <table className={styles.ribbons}>
      <caption className="unseen">{caption}</caption>
      <thead className="unseen">
        <tr>
          <th scope="col">{words.label}</th>
          <th scope="col">{words.lastS(ribbonS)}</th>
          <th scope="col">{words.now}</th>
        </tr>
      </thead>
      <tbody>
        {labels.map((label, option) => {
          const values = points.map(({ timeS, probabilities }) => ({ timeS, value: probabilities[option] }))
          const path = newest && ribbonPath(values, newest.timeS, box)
          const share = newest?.probabilities[option]
          return (
            <tr key={label} data-hue={emotionHue(label)} data-top={(newest && share === highest) || undefined}>
              <th scope="row" className={styles.label}>
                {emotionWord(label)}
              </th>
              <td className={styles.track}>
                <svg viewBox={`0 0 ${box.width} ${box.height}`} preserveAspectRatio="none" aria-hidden="true">
                  <path className={styles.area} d={path?.area} />
                  <path className={styles.line} d={path?.line} />
                </svg>
              </td>
              <td className={styles.value}>{share === undefined ? words.none : formatPercent(share)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
