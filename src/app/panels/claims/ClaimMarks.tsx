import type { ReactNode } from 'react'
import type { Claim } from '../../../affect/claims.ts'
import styles from './ClaimMarks.module.css'
import { groupedClaims } from './grouped.ts'
import { Sparkline } from './Sparkline.tsx'
import { claimDetail, claimText, nameBeside, shortName, verdictWords, words } from './words.ts'

const signs = { seen: '✓', 'not-seen': '✗', 'cannot-tell': '?' } as const

interface Props {
  readonly claims: readonly Claim[]
  /** Of the row, which need not be said twice. */
  readonly label: string
  /** The label as it is shown, behind the first verdict. */
  readonly children: ReactNode
}

/**
 * What was measured of what an expression says: a verdict in words, and, while the row is pointed at or has the focus, the
 * piece of the curve. Screen readers have the same words in the row's name.
 */
export function ClaimMarks({ claims, label, children }: Props) {
  const each = groupedClaims(claims)
  const [first, ...others] = each
  const drawn = each.filter(({ curve }) => curve)
  return (
    <>
      <span className={styles.lead} data-verdict={first?.verdict}>
        {first && <Verdict verdict={first.verdict} />}
      </span>
      {children}
      <span className={styles.marks}>
        {first && <What claim={first} label={label} />}
        {others.map((claim) => (
          <span key={claim.what ?? 'nothing'} className={styles.mark} data-verdict={claim.verdict}>
            <Verdict verdict={claim.verdict} />
            <What claim={claim} label={label} />
          </span>
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

function What({ claim, label }: { readonly claim: Claim; readonly label: string }) {
  const detail = claimDetail(claim)
  const name = claim.what && nameBeside(claim.what, label)
  return (
    <>
      {name && <span className={styles.what}>{name}</span>}
      {detail && <span className={styles.detail}>{detail}</span>}
    </>
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
