import { claimsOf } from '../affect/claims.ts'
import { summaryOf } from '../affect/measured-summary.ts'

/**
 * Holds words against measures, for the fold. A module of its own, which the page loads only where faces are followed;
 * everybody else gives it to the fold at once.
 */
export const judge = { claimsOf, summaryOf }
export type Judge = typeof judge
