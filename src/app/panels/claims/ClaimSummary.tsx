import type { Claim } from '../../../affect/claims.ts'
import type { View } from '../../../affect/view.ts'
import styles from './ClaimMarks.module.css'
import { words } from './words.ts'

/** How many of the claims were seen; and, of a drawing that moves as the face does, that this proves nothing. */
export function ClaimSummary({ claims, view }: { readonly claims: readonly Claim[]; readonly view: View }) {
  const text = words.summaryOf(claims, view)
  return (
    <p className={styles.summary} title={text}>
      {text}
    </p>
  )
}
