import type { Claim } from '../../../affect/claims.ts'
import type { View } from '../../../affect/view.ts'
import styles from './ClaimMarks.module.css'
import { countText } from './claim-words.ts'

/** How many of the claims were seen; and, of a drawing that moves as the face does, that this proves nothing. */
export function ClaimSummary({ claims, view }: { readonly claims: readonly Claim[]; readonly view: View }) {
  return (
    <p className={styles.summary}>
      Said and measured: {countText(claims)}.
      {view === 'twin' &&
        ' The twin is drawn from the measures: a mark shows that the chain agrees with itself, no evidence.'}
    </p>
  )
}
