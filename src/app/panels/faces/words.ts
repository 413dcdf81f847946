import type { FaceEvent, FaceEventKind, FaceFlaw } from '../../../affect/measures.ts'
import type { TrackId } from '../../../affect/track.ts'
import { formatSpan, formatTime } from '../../format.ts'
import type { FollowedTrack } from '../../session/faces-state.ts'

/** What the measured panel says: with the texts below one catalog, so that it can be reviewed at once, and translated. */
export const words = {
  title: 'Measured',
  titleOf: (face: string) => `Measured: ${face}`,
  rateLive: 'at the camera’s rate',
  rateFile: 'ten times per second',
  whoIsRead: 'Which face is read',
  whoIsShown: 'All faces are read in turn; which one is shown',
  allMeasures: 'All measures',
  failed: 'Faces are not followed; the whole picture is still read',
  loading: 'The networks that find faces are being loaded.',
  noneInFile: 'No face was found in this file.',
  notFollowed: 'Nobody is followed anymore.',
  none: {
    camera: 'No face found yet. Look into the camera, come closer, or turn on a light.',
    screen: 'No face found yet. A face must be large and bright enough, and not seen strictly from the side.',
    file: 'No face found yet. A face must be large and bright enough, and not seen strictly from the side.',
    drawn: 'No face found yet.',
    stopped: 'Nobody is followed anymore.',
  },
  yourOwn: 'The movements of your own face will be measured here.',
  off: 'Faces are not followed. Settings can switch that on.',
  secondsAgo: (seconds: number) => `${seconds} s ago`,
  now: 'now',
  noValue: '–',
  measured: 'measured',
  measuring: (done: string, total: string) => `Measuring: ${done} of ${total}`,
  measuredToEnd: 'Measured to the end',
  notMeasured: 'Not measured yet',
  atRest: 'Movement is measured against a face at rest.',
  events: 'Recent movements',
  noEvents: 'None yet.',
  noFaceMeasured: 'No face is measured.',
  everyFewSeconds: (face: string, seconds: number) => `${face}, every ${seconds} s.`,
  columns: { movement: 'Movement', grade: 'Measured', now: 'Now', most: (seconds: number) => `Most in ${seconds} s` },
  head: { yaw: 'head turned', pitch: 'head raised', roll: 'head tilted' },
  good: 'good',
} as const

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

/** What a person can do something about, or should know before trusting a figure: the rest is in the list of measures. */
const weightyFlaws: readonly FaceFlaw[] = ['small', 'dark', 'turned-away', 'covered', 'cut-off', 'still']

/** One word on a face where it matters: `small`, `turned away`; empty for a face that is seen well. */
export function qualityWord({ isHere, flaws }: Pick<FollowedTrack, 'isHere' | 'flaws'>): string {
  if (!isHere) return trackWords({ isHere, flaws })
  const worst = flaws.find((flaw) => weightyFlaws.includes(flaw))
  return worst ? flawWord(worst) : ''
}

const neutralTexts: Readonly<Record<FollowedTrack['neutral'], string>> = {
  learning: 'Neutral face: being learned from the first seconds.',
  learnt: 'Measured against a neutral face learned from the first seconds.',
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
  shake: 'head shake',
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
