import type { FaceFlaw } from '../../../affect/measures.ts'
import type { StageId } from '../../../affect/stages.ts'
import { type TrackId, wholePicture } from '../../../affect/track.ts'
import type { View } from '../../../affect/view.ts'
import { appearsText, emotionWord } from '../../emotion-hue.ts'
import { formatClock, formatPercent, formatSpan, formatTime, formatWhole } from '../../format.ts'
import type { Absence, Row } from '../../headline.ts'
import type { BusyLoad } from '../../run-text.ts'

const phaseWords = { beginning: 'beginning', middle: 'middle', end: 'end' } as const

/** `1` of `face-1`; empty for the whole picture. */
function faceNumber(track: TrackId): string {
  return track === wholePicture ? '' : track.replace('face-', '')
}

function clock(seconds: number): string {
  return formatClock(Math.floor(Math.max(0, seconds)))
}

const flawWords: Readonly<Record<FaceFlaw, string>> = {
  small: 'small',
  blurred: 'blurred',
  dark: 'dark',
  bright: 'too bright',
  'turned-away': 'Turned away: not read',
  'cut-off': 'cut off',
  covered: 'Covered: not read',
  still: 'does not move',
}

function loadingText(load: BusyLoad): string {
  switch (load.state) {
    case 'asking':
      return 'Model asked for'
    case 'offered':
      return 'The model waits for your answer'
    case 'waiting':
      return 'Model waiting for another tab, which is storing it'
    case 'downloading': {
      const { doneBytes, totalBytes } = load
      return totalBytes > 0 ? `Model loading ${formatPercent(Math.min(1, doneBytes / totalBytes))}` : 'Model loading'
    }
    case 'checking':
      return 'Model being checked on this device'
    case 'starting':
      return 'Model starting'
  }
}

function absenceText(absence: Absence): string {
  switch (absence.kind) {
    case 'no-source':
      return 'What a face appears to express stands here'
    case 'no-model':
      return 'No model is loaded'
    case 'loading':
      return loadingText(absence.load)
    case 'not-read':
      return 'Nothing is being read'
    case 'no-face':
      return 'No face in the picture'
    case 'no-face-found':
      return 'No face was found'
    case 'drawings-only':
      return 'Not read: this model knows drawings only'
    case 'placeholder':
      return 'Not read: a stand-in model'
    case 'unread':
      return `Nothing was read at ${clock(absence.timeS)}`
  }
}

/** The sentence below: what a person may know or do; empty where there is nothing to add. */
function absenceNote(absence: Absence): string {
  switch (absence.kind) {
    case 'loading':
      return 'quiet' in absence.load && absence.load.quiet ? `Still waiting for ${absence.load.quiet.host}` : ''
    case 'drawings-only':
      return 'It has never seen a real face. Let it read through the drawn twin, or get VidEmo-3B.'
    case 'placeholder':
      return 'Its weights are random: it proves the arithmetic, and its words mean nothing.'
    case 'no-face':
      return 'The reading resumes as soon as somebody is seen.'
    default:
      return ''
  }
}

function quietText(row: Exclude<Row, { readonly kind: 'verdict' }>): string {
  switch (row.kind) {
    case 'pending':
      return 'First reading on its way'
    case 'unnamed':
      return 'The answer names no emotion'
    case 'followed':
      return 'Followed, not read'
    case 'away':
      return 'Not in the picture'
    case 'flawed':
      return flawWords[row.flaw]
  }
}

const viewNames: Readonly<Record<View, string>> = { picture: 'whole picture', face: 'face', twin: 'drawn twin' }

/** What the reading says to a person. */
export const words = {
  now: 'Now',
  earlier: 'Earlier reading',
  faceNumber,
  /** For screen readers: the number alone says nothing to them. */
  face: (track: TrackId) => (track === wholePicture ? '' : `Face ${faceNumber(track)}: `),
  appears: appearsText,
  percent: formatPercent,
  byProbability: 'by probability',
  byText: 'by its text',
  runnerUp: (label: string, share: number) => `then ${emotionWord(label)} ${formatPercent(share)}`,
  textSays: (labels: readonly string[]) => `text says: ${labels.map(emotionWord).join(', ')}`,
  readAt: (seconds: number) => `read at ${clock(seconds)}`,
  last: 'last reading',
  at: (seconds: number) => `at ${clock(seconds)}`,
  earlierOf: (name: string) => `earlier reading, ${name}`,
  back: 'Back to the newest',
  quietText,
  absenceText,
  absenceNote,
  answerOffer: 'Answer',
  getVidEmo: 'Get VidEmo-3B',

  smallModel: 'small model: drawings',
  throughTwin: 'small model: drawings, read through the twin',
  standIn: 'stand-in model: random weights',
  modelReads: (name: string, view: View) => `${name} reads the ${viewNames[view]}`,
  about: 'About this reading',
  aboutTwin:
    'The small model was trained on drawn faces alone. It is shown a drawn twin that moves as the followed face does. What is said and what is measured then come from the same movement: “seen” shows that the chain agrees with itself, no more. “She” in its words is the drawing, which looks the same for everybody.',
  aboutDrawn:
    'The small model was trained on drawn faces alone, and reads this one as it is. For real faces get VidEmo-3B; until then it reads them through a drawn twin.',
  aboutDrawingsOnly:
    'The small model was trained on drawn faces alone, and is shown a real picture as it is: what it says means little, so no emotion is named.',
  aboutStandIn: 'This model has random weights. It proves the arithmetic; its words and numbers mean nothing.',
  aboutView: {
    picture: 'The model is shown the whole picture.',
    face: 'The model is shown the followed face alone, cut out of the picture.',
    twin: 'The model is shown a drawn twin that moves as the followed face does: what is said and what is measured come from the same movement.',
  } satisfies Record<View, string>,
  aboutNumbers:
    'The bar shows how likely this emotion is for the model when it is asked a closed question, several times per reading. The text is what it writes by itself. Where the two differ, the row says so. Both describe an apparent expression, not what anybody feels.',

  why: (track: TrackId) => (track === wholePicture ? 'Why' : `Why (${faceNumber(track)})`),
  openWhy: 'Why',
  more: 'More',
  less: 'Less',
  tree: 'Emotion, expression and attributes',
  frames: (count: number, fromS: number, toS: number) => `${formatWhole(count)} frames, ${formatSpan(fromS, toS)}`,
  stage: { emotion: 'Emotion', expression: 'Expression', attributes: 'Attributes' } satisfies Record<StageId, string>,
  stageState: { empty: '', waiting: '', thinking: 'thinking', streaming: '', done: '', stopped: 'stopped' },
  standing: 'kept from the start of the window',
  cutAt: (tokens: number) => `cut at ${formatWhole(tokens)} tokens`,
  cutFull: 'cut: the context is full',
  notAsked: 'Not asked of the drawn twin: a drawing’s hair says nothing of yours.',
  askedWith: 'Asked with what was measured:',
  phases: (phases: readonly (keyof typeof phaseWords)[]) => phases.map((phase) => phaseWords[phase]).join(', '),
  restsOn: (label: string) => `Rests on: ${label}`,
  restsOnShort: (label: string) => `rests on ${label}`,

  shown: (view: View, track: TrackId) => {
    const of = track === wholePicture ? '' : ` ${faceNumber(track)}`
    const what = { picture: 'the whole picture', face: `face${of}`, twin: of ? `twin of face${of}` : 'the twin' }[view]
    return `What the model was shown: ${what}`
  },
  strip: 'What the model was shown',
  framesList: 'Frames, oldest first',
  frameAt: (seconds: number) => `Frame at ${formatTime(seconds)}`,
  nextFrameAt: (seconds: number) => `Frame at ${formatTime(seconds)}, of the next reading`,
  noFrames: 'The frames behind each answer appear here.',

  probabilities: 'All probabilities',
  ribbons: 'How likely each emotion appears',
  label: 'Label',
  lastS: (seconds: number) => `Last ${formatWhole(seconds)} s`,
  agoS: (seconds: number) => `${formatWhole(seconds)} s ago`,
  nowAxis: 'now',
  units: 'Action units',
  actions: 'Actions and looks',
  sentiment: (label: string, share: number) => `sentiment ${label} ${formatPercent(share)}`,
  smoothedOver: (seconds: number) => `Smoothed over ${seconds} s of video`,
  asRead: 'As it was read',
  calibrated: (clips: number) => `calibrated on ${formatWhole(clips)} drawn clips`,
  notCalibrated: 'not calibrated',
  lessAsked: 'Yes-or-no questions are not asked: this model has not learned them; its text tells action units.',
  smooth: 'Smooth',
  valence: (value: string) => `Valence ${value}`,
  arousal: (value: string) => `Arousal ${value}`,
  derived: 'derived',
  derivedBy: (source: string) => `From the probabilities, by the ratings of ${source}`,
  none: '–',
  probesOff: 'Live probabilities are switched off in the settings.',
} as const
