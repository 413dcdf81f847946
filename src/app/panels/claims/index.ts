export { ClaimChips, ClaimMarks } from './ClaimMarks.tsx'
export { ClaimSummary } from './ClaimSummary.tsx'
export { claimText } from './words.ts'
