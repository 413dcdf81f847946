import type { Claim } from '../../../affect/claims.ts'
import styles from './ClaimMarks.module.css'
import { groupedClaims } from './grouped.ts'
import { Sparkline } from './Sparkline.tsx'
import { claimDetail, claimText, nameBeside, shortName, verdictWords, words } from './words.ts'

const signs = { seen: '✓', 'not-seen': '✗', 'cannot-tell': '?' } as const

/**
 * What was measured of what an expression says: a mark in words for each thing of it and, while the row is pointed at or
 * has the focus, the piece of the curve. Screen readers have the same words in the row's name.
 *
 * @param label of the row, which need not be said twice
 */
export function ClaimMarks({ claims, label }: { readonly claims: readonly Claim[]; readonly label: string }) {
  const each = groupedClaims(claims)
  const drawn = each.filter(({ curve }) => curve)
  return (
    <>
      <span className={styles.marks}>
        {each.map((claim) => (
          <Mark key={claim.what ?? 'nothing'} claim={claim} label={label} />
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

function Mark({ claim, label }: { readonly claim: Claim; readonly label: string }) {
  const { verdict, what } = claim
  const detail = claimDetail(claim)
  const name = what && nameBeside(what, label)
  return (
    <span className={styles.mark} data-verdict={verdict}>
      <Verdict verdict={verdict} />
      {name && <span className={styles.what}>{name}</span>}
      {detail && <span className={styles.detail}>{detail}</span>}
    </span>
  )
}

function Verdict({ verdict }: Pick<Claim, 'verdict'>) {
  return (
    <span className={styles.verdict}>
      <span aria-hidden="true">{signs[verdict]} </span>
      {verdictWords[verdict]}
    </span>
  )
}

/** On a phone: each claim in two words, on one line. */
export function ClaimChips({ claims }: { readonly claims: readonly Claim[] }) {
  const each = groupedClaims(claims).flatMap((claim) => (claim.what ? [{ ...claim, what: claim.what }] : []))
  return (
    <ul className={styles.chips} aria-label={words.chips}>
      {each.map((claim) => (
        <li key={claim.what} className={styles.chip} data-verdict={claim.verdict} title={claimText(claim)}>
          <Verdict verdict={claim.verdict} /> <span className={styles.what}>{shortName(claim.what)}</span>
        </li>
      ))}
    </ul>
  )
}
