import type { Claim } from '../../../affect/claims.ts'
import { formatSpan } from '../../format.ts'
import styles from './ClaimMarks.module.css'
import { claimName } from './words.ts'

const width = 144
const height = 28

/** How the level of one claim went during the reading, with the part in which it was seen on a ground of its own. */
export function Sparkline({ claim }: { readonly claim: Claim }) {
  const { curve, what } = claim
  if (!curve || !what) return null
  const { startS, endS, levels } = curve
  const lengthS = endS - startS
  const at = (timeS: number) => (lengthS > 0 ? Math.min(1, Math.max(0, (timeS - startS) / lengthS)) * width : 0)
  const seen = claim.verdict === 'seen' ? claim : claim.verdict === 'not-seen' ? claim.elsewhere : undefined
  return (
    <span className={styles.curve}>
      <span className={styles.what}>{claimName(what)}</span>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="presentation">
        {seen && (
          <rect
            className={styles.seen}
            x={at(seen.startS)}
            y={0}
            width={Math.max(3, at(seen.endS) - at(seen.startS))}
            height={height}
          />
        )}
        <path className={styles.ground} d={`M0 ${height - 0.5}H${width}`} />
        <path className={styles.line} d={pathOf(levels)} />
      </svg>
      <span className={styles.detail}>{formatSpan(startS, endS)}</span>
    </span>
  )
}

/** A step for each part; a gap where nobody was measured. */
function pathOf(levels: readonly (number | null)[]): string {
  const step = width / levels.length
  const y = (level: number) => (1 + (1 - level) * (height - 3)).toFixed(1)
  return levels
    .map((level, index) => {
      if (level === null) return ''
      const isNew = index === 0 || levels[index - 1] === null
      const from = (index * step).toFixed(1)
      return `${isNew ? `M${from} ${y(level)}` : `V${y(level)}`}H${((index + 1) * step).toFixed(1)}`
    })
    .join('')
}
