import type { ActionUnit } from '../../../affect/labels.ts'
import type { MotionType } from '../../../demo-face/clip.ts'
import type { Looks, Scene } from '../../../demo-face/face.ts'
import type { ExpressionId, ShownTruth } from '../../../demo-face/live-face.ts'
import { emotionWord } from '../../emotion-hue.ts'

type Choices = { readonly [Field in keyof Looks as Looks[Field] extends string ? Field : never]: Looks[Field] }
type Flag = keyof { readonly [Field in keyof Looks as Looks[Field] extends boolean ? Field : never]: Field }
type Tone = keyof { readonly [Field in keyof Looks as Looks[Field] extends number ? Field : never]: Field }

const expressions: Readonly<Record<ExpressionId, string>> = {
  neutral: 'Neutral',
  happy: 'Happy',
  sad: 'Sad',
  angry: 'Angry',
  surprised: 'Surprised',
  disgusted: 'Disgusted',
  afraid: 'Afraid',
}

const motions: Readonly<Record<MotionType, string>> = {
  none: 'None',
  nod: 'Nod',
  shake_head: 'Shake head',
  turn: 'Turn',
  blink: 'Blink',
  close_eyes: 'Close eyes',
  wink: 'Wink',
  look_around: 'Look around',
  talk: 'Talk',
  yawn: 'Yawn',
}

/** What a person sees of a unit, in the order in which it is told: the mouth first, which is seen first. */
const seenUnits: readonly (readonly [ActionUnit, string])[] = [
  ['AU12', 'smiles'],
  ['AU15', 'lip corners down'],
  ['AU6', 'cheeks raised'],
  ['AU1', 'inner brows raised'],
  ['AU2', 'outer brows raised'],
  ['AU4', 'brows lowered'],
  ['AU7', 'lids tight'],
  ['AU10', 'upper lip raised'],
  ['AU23', 'lips tight'],
  ['AU24', 'lips pressed'],
  ['AU25', 'lips parted'],
  ['AU26', 'jaw dropped'],
]

/** Units that are told together where both are there. */
const pairs: readonly (readonly [ActionUnit, ActionUnit, string])[] = [
  ['AU1', 'AU2', 'brows raised'],
  ['AU25', 'AU26', 'mouth open'],
]

const seenMotions: Readonly<Record<MotionType, string | undefined>> = {
  none: undefined,
  nod: 'nods',
  shake_head: 'shakes head',
  turn: 'turns head',
  blink: 'blinks',
  close_eyes: 'closes eyes',
  wink: 'winks',
  look_around: 'looks around',
  talk: 'talks',
  yawn: 'yawns',
}

function seen({ units, motion }: Pick<ShownTruth, 'units' | 'motion'>): string {
  const left = new Set(units)
  const parts: string[] = []
  for (const [unit, words] of seenUnits) {
    if (!left.has(unit)) continue
    const pair = pairs.find(([first, second]) => first === unit && left.has(second))
    if (pair) left.delete(pair[1])
    parts.push(pair ? pair[2] : words)
  }
  if (parts.length === 0) parts.push('at rest')
  const moves = seenMotions[motion]
  return [...parts, ...(moves ? [moves] : [])].join(', ')
}

const looks: {
  readonly [Field in keyof Choices]: { readonly label: string; readonly values: Record<Looks[Field], string> }
} = {
  skin: { label: 'Skin', values: { pale: 'Pale', medium: 'Medium', tan: 'Tan', brown: 'Brown', dark: 'Dark' } },
  faceShape: { label: 'Face shape', values: { oval: 'Oval', chubby: 'Chubby', square: 'Square' } },
  hairLength: { label: 'Hair length', values: { bald: 'Bald', short: 'Short', long: 'Long' } },
  hairColor: {
    label: 'Hair color',
    values: { black: 'Black', blonde: 'Blonde', gray: 'Gray', brown: 'Brown' },
  },
  hairTexture: { label: 'Hair texture', values: { straight: 'Straight', wavy: 'Wavy' } },
  browShape: { label: 'Brows', values: { plain: 'Plain', arched: 'Arched', bushy: 'Bushy' } },
  beard: { label: 'Beard', values: { none: 'None', stubble: 'Stubble', goatee: 'Goatee', full: 'Full' } },
  glasses: { label: 'Glasses', values: { none: 'None', eyeglasses: 'Eyeglasses', sunglasses: 'Sunglasses' } },
}

const flags: Readonly<Record<Exclude<Flag, 'isMale' | 'isYoung'>, string>> = {
  hasMustache: 'Mustache',
  hasBangs: 'Bangs',
  hasRecedingHairline: 'Receding hairline',
  hasRosyCheeks: 'Rosy cheeks',
  hasEyeBags: 'Bags under the eyes',
  hasBigNose: 'Big nose',
  hasBigLips: 'Big lips',
  hasLipstick: 'Lipstick',
  hasHat: 'Hat',
  hasEarrings: 'Earrings',
  hasNecklace: 'Necklace',
  hasNecktie: 'Necktie',
}

const tones: Readonly<Record<Tone, string>> = {
  irisTone: 'Eye color',
  clothesTone: 'Color of the clothes',
  hatTone: 'Color of the hat',
}

const backgrounds: Readonly<Record<Scene['background'], string>> = {
  plain: 'Plain',
  room: 'Room',
  window: 'Window',
  shelves: 'Shelves',
  outdoors: 'Outdoors',
  bokeh: 'Blurred lights',
}

/** What the drawn face's controls say. */
export const words = {
  drawn: 'Drawn:',
  /** `smiles, cheeks raised`: what is to be seen of the drawing at a moment. */
  seen,
  /** `happy, AU6 AU12`: the same in the terms of the field. */
  coded: ({ units, emotion }: Pick<ShownTruth, 'units' | 'emotion'>) =>
    [emotionWord(emotion), ...(units.length > 0 ? [units.join(' ')] : [])].join(', '),
  expression: 'Expression',
  expressions,
  inTurn: 'In turn',
  /** The value of the expression where sliders have made one that has no name. */
  asAdjusted: 'As adjusted',
  useCamera: 'Use my camera',
  adjust: 'Adjust face',
  holdStill: 'Hold still',
  move: 'Move',
  units: 'Action units',
  motion: 'Motion',
  motions,
  looksAndPlace: 'Looks and place',
  person: 'Person',
  randomPerson: 'Random person',
  background: 'Background',
  backgrounds,
  drawnAs: { label: 'Drawn as', woman: 'A woman', man: 'A man' },
  age: { label: 'Age', young: 'Young', middle: 'Middle-aged' },
  looks,
  flags,
  tones,
  record: 'Record a video',
  save: 'Save the video',
} as const
