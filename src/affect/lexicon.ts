import { type Action, type ActionUnit, type Appearance, actions, actionUnits, appearances } from './labels.ts'
import type { Phrases } from './phrase-matcher.ts'
import { stem } from './words.ts'

/**
 * The phrases that stand for each label. To teach the parser a phrase, add it to its label's line; `phrase-matcher.ts`
 * explains how phrases are written. Action units follow the descriptions of the Facial Action Coding System (Ekman,
 * Friesen and Hager 2002).
 */

/** What an attribute phrase means. */
export interface AttributeMeaning {
  /** Default: the matched words themselves. */
  readonly label?: Appearance | 'female' | 'beard'
  readonly topic: string
  /** The label of its negation: *without a beard* is `no_beard`. Default: a negated phrase gives no node. */
  readonly negated?: Appearance
}

/** What an expression phrase means. */
export interface ExpressionMeaning {
  /** Default: the matched words themselves. */
  readonly label?: Action | 'blink'
  readonly actionUnits: readonly ActionUnit[]
}

/** An emotion by the concept that label sets share (`happy` for *happiness* and *joy*), or by its own name. */
export interface EmotionMeaning {
  readonly concept: string
}

/** Phrases for both orders: *black hair* and *her hair is black*. */
function both(adjectives: string, noun: string): string[] {
  return [`${adjectives} ~ ${noun}`, `${noun} > ${adjectives}`]
}

const brows = 'eyebrow|brow'
const cheeks = 'cheek'
const lips = 'lip|mouth'
const corners = 'corner'
const raise = 'raise|lift|elevate|uplift|arch'

const appearancePhrases: Readonly<Record<Appearance, readonly [topic: string, ...phrases: string[]]>> = {
  blurry: ['Image', 'blurry|blurred|blur', 'out of focus'],
  male: ['Gender', '=male|masculine'],
  young: ['Age', 'young|youthful|youth'],
  chubby: ['Face_shape', 'chubby|plump', ...both('full|fleshy', 'face|cheek')],
  pale_skin: ['Skin', ...both('pale|fair|light', 'skin|complexion'), 'pale face', 'fair skinned', 'light skinned'],
  rosy_cheeks: ['Skin', ...both('rosy|flushed|blush|pink|red|reddish', cheeks)],
  oval_face: ['Face_shape', ...both('oval', 'face|shape'), 'oval shaped', 'oval'],
  receding_hairline: ['Hair', ...both('receding|=receded|=recedes', 'hairline|hair'), 'high hairline'],
  bald: ['Hair', 'bald|balding', 'shaved ~ head'],
  bangs: ['Hair', '=bangs|fringe'],
  black_hair: ['Hair', ...both('black|raven', 'hair'), 'jet black', 'black haired'],
  blonde_hair: ['Hair', ...both('blonde|golden|flaxen', 'hair'), 'blonde', 'blonde haired'],
  gray_hair: ['Hair', ...both('gray|white|silver|graying', 'hair'), 'gray haired'],
  brown_hair: ['Hair', ...both('brown|brunette|chestnut|auburn', 'hair'), 'brunette', 'brown haired'],
  straight_hair: ['Hair', ...both('straight', 'hair')],
  wavy_hair: ['Hair', ...both('wavy|curly|curl|wave', 'hair'), '=curls', 'curly haired'],
  long_hair: ['Hair', ...both('long', 'hair'), 'long haired', 'shoulder length ~ hair'],
  arched_eyebrows: ['Eyebrows', ...both('=arched', brows)],
  bushy_eyebrows: ['Eyebrows', ...both('bushy|thick|dense|heavy', brows)],
  bags_under_eyes: ['Eyes', 'bag under ~ eye', 'eye bag', 'eyebag', 'bag beneath ~ eye', 'dark circle', 'puffy ~ eye'],
  eyeglasses: ['Accessories', 'eyeglass', 'eye =glasses', '=glasses', 'spectacle', 'eyewear', '=specs'],
  sunglasses: ['Accessories', 'sunglass', 'sun glass', 'dark =glasses', 'shades'],
  narrow_eyes: ['Eyes', ...both('=narrow|slanted|small', 'eye')],
  big_nose: ['Nose', ...both('big|large|wide|broad|prominent', 'nose')],
  pointy_nose: ['Nose', ...both('pointy|pointed|sharp', 'nose')],
  high_cheekbones: ['Facial_features', ...both('high|prominent|defined', 'cheekbone'), 'high cheek bone'],
  big_lips: ['Mouth', ...both('big|full|thick|plump|large', 'lip')],
  double_chin: ['Chin', 'double ~ chin'],
  no_beard: ['Chin', 'clean shaven', 'clean shave', 'beardless', 'cleanshaven', 'smooth shaven'],
  '5_o_clock_shadow': ['Chin', "5|five o'clock shadow", '5|five o clock shadow', 'stubble|stubbly'],
  goatee: ['Chin', 'goatee'],
  mustache: ['Mouth', 'mustache'],
  sideburns: ['Hair', 'sideburn'],
  heavy_makeup: ['Accessories', 'heavy ~ makeup', 'heavy ~ make up', 'makeup > heavy', 'heavily made up'],
  wearing_earrings: ['Accessories', 'earring', 'ear ring'],
  wearing_hat: ['Accessories', '=hat|=hats|=cap|=caps|beanie|bonnet|fedora|headgear'],
  wearing_lipstick: ['Accessories', 'lipstick'],
  wearing_necklace: ['Accessories', 'necklace|pendant'],
  wearing_necktie: ['Accessories', 'necktie', '=tie|=ties', 'bow =tie'],
  wearing_mask: ['Accessories', '=mask|=masks|facemask'],
}

const decades = '20s|30s|40s|50s|60s|70s|80s|twenties|thirties|forties|fifties|sixties|seventies|eighties|teens'

/** Attributes that are not among the 40 appearances. */
const otherAttributes: readonly Phrases<AttributeMeaning>[] = [
  { value: { label: 'beard', topic: 'Chin', negated: 'no_beard' }, phrases: ['beard|bearded', 'facial hair'] },
  { value: { label: 'female', topic: 'Gender' }, phrases: ['female|feminine'] },
  {
    value: { topic: 'Age' },
    phrases: [
      'middle aged|age',
      'elderly',
      'teenage|teenager|adolescent',
      `early|mid|late ~ ${decades}`,
      decades,
      'year old',
    ],
  },
]

/** The 40 appearances, also as they are spelled as labels (`wearing_hat`), and a few further attributes. */
export const attributeLexicon: readonly Phrases<AttributeMeaning>[] = [
  ...appearances.map((label) => {
    const [topic, ...phrases] = appearancePhrases[label]
    // The label `no_beard` needs no phrase: the parser reads it as a negated beard.
    return { value: { label, topic }, phrases: label === 'no_beard' ? phrases : [labelPhrase(label), ...phrases] }
  }),
  ...otherAttributes,
]

/** A label as a phrase: `shake_head` is *shake head*. */
export function labelPhrase(label: string): string {
  return label
    .toLowerCase()
    .split(/[\s_-]+/)
    .join(' ')
}

const actionPhrases: Readonly<Record<Action, readonly [units: readonly ActionUnit[], ...phrases: string[]]>> = {
  blow: [[], '=blow|=blows|=blowing|=blew', 'puff ~ cheek'],
  chew: [[], 'chew|munch'],
  close_eyes: [[], 'close|shut ~ eye', 'eye > closed|shut|close', 'eyelids > closed|shut'],
  cough: [[], 'cough'],
  cry: [[], 'cry|cries|cried|sob', 'in tears', 'tears =stream|streaming|roll|fall', 'shed ~ tears'],
  drink: [[], 'drink|sip'],
  eat: [[], '=eat|=eats|eating|ate'],
  frown: [['AU4'], 'frown|scowl'],
  gaze: [[], 'gaze|=stare|=stares|=staring|=stared'],
  glare: [[], 'glare|glower'],
  head_wagging: [[], 'head wag', 'wag ~ head', 'sway|bob ~ head', 'head > sway|bob'],
  kiss: [[], 'kiss'],
  laugh: [['AU12', 'AU25'], 'laugh|laughter|chuckle|giggle'],
  listen_to_music: [[], 'listen to music', 'listen to ~ song', 'listen music'],
  look_around: [[], 'look around|about', 'glance around|about', 'scan ~ surroundings'],
  make_a_face: [[], 'make|pull ~ face', 'make a face', 'grimace'],
  nod: [[], '=nod|=nods|=nodding|=nodded', 'head > nod'],
  play_instrument: [[], 'play instrument', 'play ~ guitar|piano|violin|drum|flute|saxophone|trumpet|instrument'],
  read: [[], '=read|=reads|=reading'],
  shake_head: [[], 'shake ~ head', 'head > shake', 'headshake'],
  shout: [['AU25', 'AU26'], 'shout|yell|scream|shriek'],
  sigh: [[], 'sigh'],
  sing: [[], '=sing|=sings|=singing|sang|sung'],
  sleep: [[], 'sleep', 'doze'],
  smile: [['AU12'], 'smile|smiley|grin', 'beam|beaming ~ at'],
  smoke: [[], 'smoke|smoking'],
  sneer: [['AU10'], 'sneer'],
  sneeze: [[], 'sneeze'],
  sniff: [[], 'sniff|sniffle'],
  talk: [[], 'talk|speak|chat', 'mouth > speak|talk'],
  turn: [[], 'turn ~ head', 'head > turn', 'turn away|toward|towards|around|aside', '=turn|=turns|=turning|=turned'],
  weep: [[], 'weep|weeping'],
  whisper: [[], 'whisper|murmur'],
  wink: [[], 'wink'],
  yawn: [['AU25', 'AU26'], 'yawn'],
}

const unitPhrases: Readonly<Record<ActionUnit, readonly string[]>> = {
  AU1: [
    `inner|inside ~ ${brows} > raise|lift|raiser|up|elevate`,
    `${raise} ~ inner ~ ${brows}`,
    `inner corner of ~ ${brows} > raise|lift|up`,
  ],
  AU2: [
    `outer|outside ~ ${brows} > raise|lift|raiser|up|elevate`,
    `${raise} ~ outer ~ ${brows}`,
    `outer corner of ~ ${brows} > raise|lift|up`,
  ],
  AU4: [
    `${brows} > furrow|lower|lowerer|knit|draw|pull|pinch|contract|down|knitted|crease|scrunch`,
    `furrow|lower|knit|draw|pull|pinch|contract|crease|scrunch ~ ${brows}`,
  ],
  AU6: [
    `${cheeks} > ${raise}|raiser|up`,
    `${raise} ~ ${cheeks}`,
    'crow feet',
    'eye > crinkle',
    'crinkle ~ eye',
    'crinkle around|at ~ eye',
  ],
  AU7: [
    'eyelid|lid > tighten|tightener|=tight|=tense|=tensed|narrow|squint',
    'tighten|=tight|=tense|=tensed|narrow ~ eyelid|lid',
    'eye > =narrowed|=narrows|=narrowing|squint',
    '=narrowed|=narrows|=narrowing ~ eye',
    'squint',
  ],
  AU10: [`upper lip > ${raise}|raiser|up|curl`, `${raise}|curl ~ upper lip`],
  AU12: [
    `${corners} of ~ ${lips} > ${raise}|up|upward|upwards|upturn|pull|puller|curl`,
    `${corners} of ~ ${lips} > turn|point|curve up|upward|upwards`,
    `${lips} ${corners} > turn|point|curve up|upward|upwards`,
    `${lips} ${corners} > ${raise}|up|upward|upwards|upturn|puller|pull|curl`,
    `${raise}|upturn ~ ${lips} ${corners}`,
    `${raise}|upturn ~ ${corners} of ~ ${lips}`,
    `upturned ~ ${lips}`,
    `${lips} > upturned`,
    `${lips} curl|curve|curling up|upward|upwards`,
    'smirk',
  ],
  AU15: [
    `${corners} of ~ ${lips} > down|downward|downwards|downturn|depress|depressor|droop|drop|lower`,
    `${corners} of ~ ${lips} > pull|turn|draw|point|curl|curve down|downward|downwards`,
    `${lips} ${corners} > down|downward|downwards|downturn|depress|depressor|droop|drop|lower`,
    `${lips} ${corners} > pull|turn|draw|point|curl|curve down|downward|downwards`,
    `downturned ~ ${lips}`,
    `${lips} > downturned`,
    `${lips} > turn|curve|curl|pull down|downward|downwards`,
    `downturned ~ ${corners} of ~ ${lips}`,
  ],
  AU23: [
    'lip|mouth > tighten|tightener|=tight|=tense|=tensed',
    'tighten|=tight|=tense|=tensed ~ lip|mouth',
    'tight lipped',
  ],
  AU24: ['lip > press|pressor|compress|purse', 'press|compress|purse ~ lip', 'lip presser'],
  AU25: ['lip|mouth > part|apart|open|separate|agape', 'part|open|parted|opened ~ lip|mouth'],
  AU26: [
    'jaw > drop|slack|lower|open|hang',
    'drop|lower ~ jaw',
    'slack jaw',
    'mouth > agape',
    'mouth wide open',
    'mouth > wide open',
  ],
}

/** Raised brows are both units where the text does not say whether the inner or outer part is raised. */
const browRaise: Phrases<ExpressionMeaning> = {
  value: { actionUnits: ['AU1', 'AU2'] },
  phrases: [`${brows} > raise|lift|raiser|up|elevate|uplift`, `raise|lift|elevate|uplift ~ ${brows}`],
}

/** Not a label of the published sets, but likely in the answers of a model that looks at eyes. */
const blink: Phrases<ExpressionMeaning> = { value: { label: 'blink', actionUnits: [] }, phrases: ['blink'] }

/** The 35 actions, their words, and the words that describe the 12 action units. */
export const expressionLexicon: readonly Phrases<ExpressionMeaning>[] = [
  ...actions.map((label) => {
    const [units, ...phrases] = actionPhrases[label]
    const isWord = !label.includes('_')
    return { value: { label, actionUnits: units }, phrases: isWord ? phrases : [labelPhrase(label), ...phrases] }
  }),
  ...actionUnits.map((unit) => ({ value: { actionUnits: [unit] }, phrases: unitPhrases[unit] })),
  browRaise,
  blink,
]

const emotionWords: Readonly<Record<string, string>> = {
  happy: `happy|happiness joy|joyful|joyous pleased|pleasure|pleasant delight|delighted cheerful|cheer glad amused|amusement
    contented|contentment elated excited|excitement enthusiasm|enthusiastic satisfied|satisfaction merry enjoyment`,
  sad: `sad|sadness|saddened sorrow|sorrowful unhappy|unhappiness grief|grieving melancholy|melancholic dejected depressed
    gloomy|gloom downcast heartbroken mournful upset distress|distressed despair miserable`,
  neutral:
    'neutral|neutrality calm|calmness expressionless composed impassive indifferent|indifference emotionless stoic',
  angry: `angry|anger|angered annoyed|annoyance|irritated|irritation furious|fury rage|enraged frustrated|frustration =mad
    indignant|indignation hostile|hostility outraged resentful|resentment`,
  surprise: 'surprise|surprised astonished|astonishment amazed|amazement shocked|shock startled stunned',
  disgust: 'disgust|disgusted revulsion|revolted repulsed|repulsion aversion distaste',
  fear: 'fear|fearful afraid =scared|frightened|fright terrified|terror|horrified|horror panic|panicked',
  contempt: 'contempt|contemptuous scorn|scornful disdain|disdainful disrespect',
  anxiety: `anxiety|anxious nervous|nervousness worried|worry uneasy|unease apprehensive|apprehension concern|concerned
    stressed`,
  helplessness: 'helpless|helplessness powerless|powerlessness hopeless|hopelessness resigned|resignation',
  disappointment: 'disappointed|disappointment|disappoint dismay|dismayed discouraged let-down',
  confusion: 'confused|confusion puzzled|perplexed|bewildered',
  boredom: 'bored|boredom',
  pride: 'proud|pride',
  embarrassment: 'embarrassed|embarrassment ashamed|shame guilt|guilty',
  interest: 'curious|curiosity =interested',
  love: 'love|loving affection|affectionate tender|tenderness',
  relief: 'relieved|relief',
}

export const emotionLexicon: readonly Phrases<EmotionMeaning>[] = Object.entries(emotionWords).map(
  ([concept, words]) => ({ value: { concept }, phrases: words.split(/\s+/).map(labelPhrase) }),
)

/** The concept of every word in `emotionWords`, by the word's stem. */
const conceptByStem = new Map(
  Object.entries(emotionWords).flatMap(([concept, words]) =>
    words.split(/[\s|=]+/).map((word) => [stem(word), concept] as const),
  ),
)

/** The concept of a label of any set: `happy` for `happiness` and `joy`; an unknown label is a concept of its own. */
export function conceptOf(label: string): string {
  return conceptByStem.get(stem(label.toLowerCase())) ?? label
}

const topicWords: Readonly<Record<string, string>> = {
  Hair: 'hair hairline hairstyle haircut ponytail braid bun',
  Skin: 'skin complexion freckle wrinkle mole scar dimple',
  Eyes: 'eye eyelash lash iris',
  Eyebrows: 'eyebrow brow',
  Nose: 'nose nostril',
  Mouth: 'mouth lip teeth tooth',
  Chin: 'chin jaw jawline beard',
  Face_shape: 'face',
  Facial_features: 'cheek cheekbone forehead ear neck',
  Accessories: `accessory makeup scarf headband headphone earphone wristwatch bracelet piercing veil hijab headscarf helmet hood
    ribbon hairpin jewelry brooch`,
  Clothing: 'shirt jacket suit dress sweater coat blouse uniform hoodie robe vest clothing clothes outfit gown',
  Gender: 'gender sex',
  Age: 'age',
}

const topicByStem = new Map(
  Object.entries(topicWords).flatMap(([topic, words]) =>
    words.split(/\s+/).map((word) => [stem(word), topic] as const),
  ),
)

/** Which part of the face or person a noun belongs to. */
export function topicOf(wordStem: string): string | undefined {
  return topicByStem.get(wordStem)
}

/** Topics whose nouns alone are attributes: *a scarf* is one, *a nose* is not. */
export const wornTopics: ReadonlySet<string> = new Set(['Accessories', 'Clothing'])

/** Parts of the face that move. A clause about one of them is an expression even if no label fits. */
const movingParts = new Set(
  `eye eyelid lid eyebrow brow forehead mouth lip jaw chin cheek nose nostril head face tongue teeth expression look glance
  eyesight blink shoulder`
    .split(/\s+/)
    .map(stem),
)

export function isMovingPart(wordStem: string): boolean {
  return movingParts.has(wordStem)
}
