import { type Claim, countVerdicts, type Doubt } from '../../../affect/claims.ts'
import type { Measurable, Movement } from '../../../affect/measurables.ts'
import { unitGrades } from '../../../affect/measured-units.ts'
import type { View } from '../../../affect/view.ts'
import { formatPercent, formatSpan, formatTime, formatWhole } from '../../format.ts'
import { unitText } from '../../unit-text.ts'

const movementNames: Readonly<Record<Movement, string>> = {
  nod: 'nod',
  shake: 'head shake',
  turn: 'turn of the head',
  blink: 'blink',
  wink: 'wink',
  'close-eyes': 'eyes closed',
  yawn: 'yawn',
  talk: 'mouth moving as in talk',
  'look-around': 'look around',
  rest: 'at rest',
  'mouth-closed': 'mouth closed',
  'eyes-open': 'eyes open',
  'brows-still': 'brows at rest',
  'head-still': 'head still',
  'head-down': 'head down',
  'head-up': 'head up',
  'head-tilt': 'head tilted',
  'look-ahead': 'looking ahead',
  'look-down': 'looking down',
  'look-up': 'looking up',
  'look-aside': 'looking aside',
}

/** `lip corner puller AU12`, `nod`, `at rest` */
export function claimName(what: Measurable): string {
  return isMovement(what) ? movementNames[what] : unitText(what)
}

/** What a claim adds to the name of its row: nothing to a row of the same name, only the code to that of the unit. */
export function nameBeside(what: Measurable, label: string): string | undefined {
  const name = claimName(what)
  if (name === label) return undefined
  return !isMovement(what) && name.startsWith(`${label} `) ? what : name
}

/** For a chip, where there is little room: `AU12`, `nod` */
export function shortName(what: Measurable): string {
  return isMovement(what) ? movementNames[what] : what
}

function isMovement(what: Measurable): what is Movement {
  return what in movementNames
}

export const verdictWords = { seen: 'seen', 'not-seen': 'not seen', 'cannot-tell': 'cannot tell' } as const

const doubtWords: Readonly<Record<Doubt, string>> = {
  'not-measurable': 'not measured',
  poor: 'measured poorly',
  faint: 'too faint',
  nobody: 'no face followed',
  'too-short': 'too short',
  'several-people': 'several people',
  small: 'face small',
  blurred: 'face blurred',
  dark: 'face dark',
  bright: 'face too bright',
  'turned-away': 'face turned away',
  'cut-off': 'face cut off',
  covered: 'face covered',
  still: 'face does not move',
}

/** Beside the verdict: `81 %, 0.8–2.0 s`, `elsewhere: 2.1–3.8 s`, `face dark`; empty where there is nothing to add. */
export function claimDetail(claim: Claim): string {
  switch (claim.verdict) {
    case 'seen':
      return `${formatPercent(claim.strength)}, ${when(claim)}${isDerived(claim) ? ', derived' : ''}`
    case 'not-seen':
      return claim.elsewhere ? `elsewhere: ${when(claim.elsewhere)}` : ''
    case 'cannot-tell':
      return doubtWords[claim.reason]
  }
}

/** AU6 is computed from the smile and the lids, so that it says little beside them. */
function isDerived({ what }: Claim): boolean {
  return what === 'AU6' && unitGrades.AU6 === 'poor'
}

function when({ startS, endS }: { readonly startS: number; readonly endS: number }): string {
  return endS - startS < 0.1 ? formatTime(startS) : formatSpan(startS, endS)
}

/** For screen readers, after the expression's own name: `lip corner puller AU12 seen, 81 %, 0.8–2.0 s`. */
export function claimText(claim: Claim): string {
  const said = [verdictWords[claim.verdict], claimDetail(claim)].filter(Boolean).join(', ')
  return claim.what ? `${claimName(claim.what)} ${said}` : said
}

/** `4 seen, 1 not seen, 2 cannot tell`; what there is none of is left out. */
export function countText(claims: readonly Claim[]): string {
  const counts = countVerdicts(claims)
  return (['seen', 'not-seen', 'cannot-tell'] as const)
    .filter((verdict) => counts[verdict] > 0)
    .map((verdict) => `${formatWhole(counts[verdict])} ${verdictWords[verdict]}`)
    .join(', ')
}

/** What the marks say by themselves. */
export const words = {
  summary: (claims: readonly Claim[]) => `Said and measured: ${countText(claims)}.`,
  twinSummary: 'A mark here is not evidence: the twin is drawn from the measures.',
  summaryOf: (claims: readonly Claim[], view: View) =>
    [words.summary(claims), ...(view === 'twin' ? [words.twinSummary] : [])].join(' '),
  chips: 'Said and measured',
} as const
