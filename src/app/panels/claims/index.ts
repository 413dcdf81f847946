export { ClaimMarks } from './ClaimMarks.tsx'
export { ClaimSummary } from './ClaimSummary.tsx'
export { claimText } from './claim-words.ts'
