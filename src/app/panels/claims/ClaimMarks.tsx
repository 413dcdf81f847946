import type { Claim } from '../../../affect/claims.ts'
import styles from './ClaimMarks.module.css'
import { claimDetail, claimName, verdictWords } from './claim-words.ts'
import { Sparkline } from './Sparkline.tsx'

const signs = { seen: '✓', 'not-seen': '✗', 'cannot-tell': '?' } as const

/**
 * What was measured of what an expression says: a mark in words for each thing of it and, while the row is pointed at or
 * has the focus, the piece of the curve. Screen readers have the same words in the row's name.
 *
 * @param label of the row, which need not be said twice
 */
export function ClaimMarks({ claims, label }: { readonly claims: readonly Claim[]; readonly label: string }) {
  const drawn = claims.filter(({ curve }) => curve)
  return (
    <>
      <span className={styles.marks}>
        {claims.map((claim) => (
          <Mark key={claim.what ?? 'nothing'} claim={claim} isNamed={claims.length > 1 || nameOf(claim) !== label} />
        ))}
      </span>
      {drawn.length > 0 && (
        <span className={styles.curves} aria-hidden="true">
          {drawn.map((claim) => (
            <Sparkline key={claim.what} claim={claim} />
          ))}
        </span>
      )}
    </>
  )
}

function nameOf({ what }: Claim): string | undefined {
  return what && claimName(what)
}

function Mark({ claim, isNamed }: { readonly claim: Claim; readonly isNamed: boolean }) {
  const { verdict, what } = claim
  const detail = claimDetail(claim)
  return (
    <span className={styles.mark} data-verdict={verdict}>
      {what && isNamed && <span className={styles.what}>{claimName(what)}</span>}
      <span className={styles.verdict}>
        <span aria-hidden="true">{signs[verdict]} </span>
        {verdictWords[verdict]}
      </span>
      {detail && <span className={styles.detail}>{detail}</span>}
    </span>
  )
}
