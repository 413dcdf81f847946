import { type Action, actions } from './labels.ts'
import { type Measurable, measurables } from './measurables.ts'
import { PhraseMatcher } from './phrase-matcher.ts'
import type { ExpressionNode } from './tree.ts'
import { wordsOf } from './words.ts'

/**
 * What each of the 35 actions is held against. An empty list: nothing that is measured tells it from other movement, so
 * that nobody can say whether it was there. Units that the parser gives an action (AU12 of a smile) are claimed besides.
 */
const actionMeasures: Readonly<Record<Action | 'blink', readonly Measurable[]>> = {
  blink: ['blink'],
  blow: [],
  chew: [],
  close_eyes: ['close-eyes'],
  cough: [],
  cry: [],
  drink: [],
  eat: [],
  frown: ['AU4'],
  // Where to is told by its other words, below.
  gaze: [],
  glare: [],
  head_wagging: ['shake'],
  kiss: [],
  laugh: ['AU12', 'AU25'],
  listen_to_music: [],
  look_around: ['look-around'],
  make_a_face: [],
  nod: ['nod'],
  play_instrument: [],
  read: [],
  shake_head: ['shake'],
  shout: ['AU25', 'AU26'],
  sigh: [],
  // Singing and whispering move the mouth as speech does; that there is sound is not seen.
  sing: ['talk'],
  sleep: ['close-eyes'],
  smile: ['AU12'],
  smoke: [],
  sneer: ['AU10'],
  sneeze: [],
  sniff: [],
  talk: ['talk'],
  turn: ['turn'],
  weep: [],
  whisper: ['talk'],
  wink: ['wink'],
  yawn: ['yawn'],
}

const brows = 'eyebrow|brow'
const look = 'look|glance|gaze|stare'

/** Words for what is measured and no label of the lexicon stands for; written as `phrase-matcher.ts` explains. */
const phrases: readonly (readonly [Measurable, ...string[]])[] = [
  ['AU5', 'eye > wide|widen', 'widen|wide ~ eye', 'wide eyed', 'eye open wide', 'upper lid|eyelid > raise|lift'],
  ['AU9', 'nose > wrinkle|scrunch|crinkle', 'wrinkle|scrunch|crinkle ~ nose', 'nose wrinkler'],
  ['AU17', 'chin raiser', 'chin > wrinkle|dimple', 'chin > push up'],
  ['AU20', 'lip|mouth > stretch', 'stretch ~ lip|mouth', 'lip stretcher'],
  ['AU43', 'eye > =droop|=drooping'],
  [
    'rest',
    'at =rest',
    'face|expression|feature > neutral|relaxed|relax|blank|impassive|unchanged|expressionless',
    'neutral|relaxed|blank|impassive ~ face|expression',
  ],
  ['mouth-closed', 'mouth|lip > closed|shut|together', 'closed ~ mouth|lip'],
  ['eyes-open', 'eye|eyelid > =open|=opened', '=open ~ eye'],
  ['brows-still', `${brows} > relaxed|relax|neutral|level|still`, `relaxed|neutral ~ ${brows}`],
  ['head-still', 'head > still|steady|stationary|motionless'],
  ['head-down', 'head > lower|bow|drop|down', 'lower|bow|drop ~ head', 'head > tilt down|downward|downwards'],
  ['head-up', 'head > raise|lift|up', 'raise|lift ~ head', 'head > tilt up|upward|upwards|back'],
  ['head-tilt', 'head > tilt|incline', 'tilt|incline|cock ~ head', 'head tilt'],
  [
    'look-ahead',
    `${look} at|into|toward|towards ~ camera|viewer|lens`,
    `${look} directly at|into ~ camera|viewer|lens`,
    `${look} straight|ahead|forward`,
    'eye contact',
    'gaze|look|eye > direct|straight|ahead|forward',
  ],
  ['look-down', `${look} down|downward|downwards`, 'gaze|eye > down|lowered|downcast', 'lower|cast ~ gaze|eye'],
  ['look-up', `${look} up|upward|upwards`, 'gaze|eye > up|upward', 'raise|lift ~ gaze|eye'],
  [
    'look-aside',
    `${look} away|aside|sideways|left|right`,
    `${look} to|toward|towards ~ side|left|right`,
    'avert ~ gaze|eye',
    'gaze|eye > avert|dart|aside|sideways',
    'eye > move|shift|turn|dart to ~ side|left|right',
  ],
]

const matcher = new PhraseMatcher(phrases.map(([value, ...phrases]) => ({ value, phrases })))
const known = new WeakMap<ExpressionNode, readonly Measurable[]>()

/** All that a node of an answer claims and that is measured, each once; empty where nothing of it is. */
export function measurablesOf(node: ExpressionNode): readonly Measurable[] {
  const before = known.get(node)
  if (before) return before
  const { label, actionUnits, text } = node
  const ofAction = isAction(label) ? actionMeasures[label] : []
  const named = label.match(/\bAU\d+\b/g) ?? []
  const described = matcher.match(wordsOf(text)).map(({ value }) => value)
  const all = new Set<string>([...ofAction, ...actionUnits, ...named, ...described])
  const claimed = measurables.filter((each) => all.has(each) && !(each === 'head-tilt' && isPitched(all)))
  known.set(node, claimed)
  return claimed
}

/** *Tilts the head down* is one direction, not two. */
function isPitched(all: ReadonlySet<string>): boolean {
  return all.has('head-down') || all.has('head-up')
}

function isAction(label: string): label is Action | 'blink' {
  return label === 'blink' || actions.some((action) => action === label)
}
