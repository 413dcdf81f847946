import type { Claim } from '../../../affect/claims.ts'

const order = ['seen', 'not-seen', 'cannot-tell'] as const

/**
 * One claim for each thing that is claimed, so that it is named once: of several parts of the clip the one that was seen,
 * before one that was not, before one of which it cannot be told.
 */
export function groupedClaims(claims: readonly Claim[]): readonly Claim[] {
  const best = new Map<Claim['what'], Claim>()
  for (const claim of claims) {
    const before = best.get(claim.what)
    if (!before || order.indexOf(claim.verdict) < order.indexOf(before.verdict)) best.set(claim.what, claim)
  }
  return [...best.values()]
}
