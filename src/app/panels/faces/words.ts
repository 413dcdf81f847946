import type { FaceEvent, FaceEventKind, FaceFlaw } from '../../../affect/measures.ts'
import type { TrackId } from '../../../affect/track.ts'
import { formatSpan, formatTime } from '../../format.ts'
import type { FollowedTrack } from '../../session/faces-state.ts'

/** `2` of `face-2`: people are numbers, never names. */
export function faceNumber(track: TrackId): string {
  return track.replace('face-', '')
}

const flawWords: Readonly<Record<FaceFlaw, string>> = {
  small: 'small',
  blurred: 'blurred',
  dark: 'dark',
  bright: 'too bright',
  'turned-away': 'turned away',
  'cut-off': 'cut off',
  covered: 'covered',
  still: 'does not move: perhaps a picture',
}

/** For the outline, where there is little room. */
export function flawWord(flaw: FaceFlaw): string {
  return flaw === 'still' ? 'does not move' : flawWords[flaw]
}

/** What keeps a face from being measured or read well; empty for a face that is seen well. */
export function trackWords({ isHere, flaws }: Pick<FollowedTrack, 'isHere' | 'flaws'>): string {
  return isHere ? flaws.map((flaw) => flawWords[flaw]).join(', ') : 'not in the picture'
}

const neutralTexts: Readonly<Record<FollowedTrack['neutral'], string>> = {
  learning: 'Neutral face: being learnt from the first seconds.',
  learnt: 'Measured against a neutral face learnt from the first seconds.',
  chosen: 'Measured against the neutral face that you chose.',
}

export function neutralText({ neutral }: Pick<FollowedTrack, 'neutral'>): string {
  return neutralTexts[neutral]
}

const eventWords: Readonly<Record<FaceEventKind, string>> = {
  smile: 'smile',
  frown: 'frown',
  'brow-raise': 'brows raised',
  nod: 'nod',
  shake: 'head shaken',
  turn: 'head turned',
  blink: 'blink',
  wink: 'wink',
  'close-eyes': 'eyes closed',
  yawn: 'yawn',
  talk: 'talk',
  'look-around': 'look around',
}

/** From this long on an event has a beginning and an end worth telling apart, s. */
const longFromS = 0.5

/** `smile 2.1–3.8 s`, `blink 4.0 s` */
export function eventText({ kind, startS, endS }: Pick<FaceEvent, 'kind' | 'startS' | 'endS'>): string {
  const when = endS - startS >= longFromS ? formatSpan(startS, endS) : formatTime(startS)
  return `${eventWords[kind]} ${when}`
}
